# The field names that the gateway knows, found at the cost of one comparison.
from lumina.http.octets cimport FOLDED

cdef int find_name(const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept

cdef extern from *:
    """
    #ifndef LUMINA_SAME_LETTERS
    #define LUMINA_SAME_LETTERS
    #include <string.h>
    static inline unsigned long long lumina_eight(const unsigned char *data) {
        unsigned long long octets;
        memcpy(&octets, data, 8);
        return octets;
    }

    /* Setting the bit 32 makes a capital small and leaves a hyphen alone; what else it may change is in no token. */
    static inline int lumina_same_letters(const unsigned char *data, Py_ssize_t start, const unsigned char *text,
                                          Py_ssize_t text_start, Py_ssize_t size) {
        const unsigned long long small = 0x2020202020202020ULL;
        Py_ssize_t at;
        data += start;
        text += text_start;
        if (size < 8) {
            for (at = 0; at < size; at++)
                if ((data[at] | 32) != text[at])
                    return 0;
            return 1;
        }
        for (at = 0; at + 8 < size; at += 8)
            if ((lumina_eight(data + at) | small) != lumina_eight(text + at))
                return 0;
        return (lumina_eight(data + size - 8) | small) == lumina_eight(text + size - 8);
    }
    #endif
    """
    # Whether the token data[at : at + size] is text[start : start + size], small letters and hyphens, case aside.
    bint same_letters "lumina_same_letters" (
        const unsigned char* data, Py_ssize_t at, const unsigned char* text, Py_ssize_t start, Py_ssize_t size) noexcept nogil

cdef unsigned char TEXT[640]
cdef unsigned short STARTS[64]
cdef unsigned char SIZES[64]
cdef unsigned char SLOTS[128]
cdef int LONGEST
