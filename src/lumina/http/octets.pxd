# Which octets may stand where, as one table of flags; and three loops that look at sixteen of them at a time.
cdef enum Octet:
    TCHAR = 1           # token (RFC 9110, section 5.6.2)
    PATH = 2            # pchar but "%", "." and ";" (RFC 3986, section 3.3)
    QUERY = 4           # pchar, "/" and "?" but "%" (section 3.4)
    HOST = 8            # reg-name but "%" (section 3.2.2)
    HEX = 16
    BLANK = 32          # SP and HTAB
    RAW_PATH = 64       # what browsers leave raw in a path beyond the RFC
    RAW_QUERY = 128     # the same for a query

cdef unsigned char OCTETS[256]
cdef unsigned char FOLDED[256]      # lower case, and "-" for "_"

cdef bint same_but_case(
    const unsigned char* data, Py_ssize_t at, const unsigned char* other, Py_ssize_t start, Py_ssize_t size) noexcept

cdef extern from *:
    """
    #ifndef LUMINA_OCTETS
    #define LUMINA_OCTETS
    #ifdef __SSE2__
    #include <emmintrin.h>

    /* One bit for each of 16 octets that may not stand in a field value: controls but HTAB. */
    static inline unsigned int lumina_not_text(__m128i octets) {
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(octets, _mm_set1_epi8(0x1f)), octets);
        __m128i wrong = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(octets, _mm_set1_epi8(9)), control),
                                     _mm_cmpeq_epi8(octets, _mm_set1_epi8(0x7f)));
        return (unsigned int)_mm_movemask_epi8(wrong);
    }

    /* One bit for each of 16 octets that is not printable ASCII, or a quotation mark or backslash. */
    static inline unsigned int lumina_not_plain(__m128i octets) {
        __m128i printable = _mm_sub_epi8(octets, _mm_set1_epi8(0x20));
        __m128i right = _mm_cmpeq_epi8(_mm_min_epu8(printable, _mm_set1_epi8(0x5e)), printable);
        __m128i wrong = _mm_or_si128(_mm_cmpeq_epi8(octets, _mm_set1_epi8('"')),
                                     _mm_cmpeq_epi8(octets, _mm_set1_epi8(0x5c)));
        return (unsigned int)_mm_movemask_epi8(_mm_andnot_si128(wrong, right)) ^ 0xffff;
    }

    /* One bit for each of 16 octets that is no letter, digit or hyphen. */
    static inline unsigned int lumina_not_word(__m128i octets) {
        __m128i letter = _mm_sub_epi8(_mm_or_si128(octets, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
        __m128i digit = _mm_sub_epi8(octets, _mm_set1_epi8('0'));
        __m128i right = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter),
                                                  _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit)),
                                     _mm_cmpeq_epi8(octets, _mm_set1_epi8('-')));
        return (unsigned int)_mm_movemask_epi8(right) ^ 0xffff;
    }

    /* Go 16 octets at a time; the last ones are looked at in the 16 that end with them, if there are as many. */
    #define LUMINA_SEARCH(wrong)                                                                                     \
        while (end - at >= 16) {                                                                                     \
            unsigned int found = wrong(_mm_loadu_si128((const __m128i *)(data + at)));                               \
            if (found)                                                                                               \
                return at + __builtin_ctz(found);                                                                    \
            at += 16;                                                                                                \
        }                                                                                                            \
        if (at < end && end >= 16) {                                                                                 \
            unsigned int found = wrong(_mm_loadu_si128((const __m128i *)(data + end - 16))) >> (16 - (end - at));    \
            return found ? at + __builtin_ctz(found) : end;                                                          \
        }
    #else
    #define LUMINA_SEARCH(wrong)
    #endif

    static inline Py_ssize_t lumina_text_end(const unsigned char *data, Py_ssize_t at, Py_ssize_t end) {
        LUMINA_SEARCH(lumina_not_text)
        while (at < end && (data[at] >= 32 ? data[at] != 127 : data[at] == 9))
            at++;
        return at;
    }

    static inline Py_ssize_t lumina_word_end(const unsigned char *data, Py_ssize_t at, Py_ssize_t end) {
        LUMINA_SEARCH(lumina_not_word)
        while (at < end && ((unsigned char)((data[at] | 32) - 'a') < 26 || (unsigned char)(data[at] - '0') < 10 ||
                            data[at] == '-'))
            at++;
        return at;
    }

    static inline Py_ssize_t lumina_plain_end(const unsigned char *data, Py_ssize_t at, Py_ssize_t end) {
        LUMINA_SEARCH(lumina_not_plain)
        while (at < end && data[at] >= 32 && data[at] < 127 && data[at] != '"' && data[at] != 0x5c)
            at++;
        return at;
    }
    #endif
    """
    # All octets of data[0:end] must be readable, those before `at` too.
    # The offset of the first octet that may not stand in a field value (RFC 9110, section 5.5), or `end`.
    Py_ssize_t text_end "lumina_text_end" (const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept nogil
    # The offset of the first octet that is no letter, digit or hyphen, which is what most names are made of; or `end`.
    Py_ssize_t word_end "lumina_word_end" (const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept nogil
    # The offset of the first octet that cannot stand as it is in a string of JSON in ASCII (RFC 8259, section 7), or `end`.
    Py_ssize_t plain_end "lumina_plain_end" (const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept nogil
