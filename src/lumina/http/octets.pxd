# Which octets may stand where, as one table of flags; and the one loop that looks at sixteen of them at a time.
cdef enum Octet:
    TCHAR = 1           # token (RFC 9110, section 5.6.2)
    PATH = 2            # pchar and "/" but "%" and "." (RFC 3986, section 3.3), and what browsers leave raw
    QUERY = 4           # the same for a query (section 3.4), "." and "?" with it
    HOST = 8            # reg-name but "%" (section 3.2.2)
    HEX = 16
    BLANK = 32          # SP and HTAB

cdef unsigned char OCTETS[256]
cdef unsigned char FOLDED[256]      # lower case, and "-" for "_"

cdef extern from *:
    """
    #ifndef LUMINA_TEXT_END
    #define LUMINA_TEXT_END
    #ifdef __SSE2__
    #include <emmintrin.h>
    #endif
    static inline Py_ssize_t lumina_text_end(const unsigned char *data, Py_ssize_t at, Py_ssize_t end) {
    #ifdef __SSE2__
        const __m128i last_control = _mm_set1_epi8(0x1f), tab = _mm_set1_epi8(9), del = _mm_set1_epi8(0x7f);
        while (end - at >= 16) {
            __m128i octets = _mm_loadu_si128((const __m128i *)(data + at));
            __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(octets, last_control), octets);
            __m128i wrong = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(octets, tab), control),
                                         _mm_cmpeq_epi8(octets, del));
            unsigned int found = (unsigned int)_mm_movemask_epi8(wrong);
            if (found)
                return at + __builtin_ctz(found);
            at += 16;
        }
    #endif
        while (at < end && (data[at] >= 32 ? data[at] != 127 : data[at] == 9))
            at++;
        return at;
    }
    #endif
    """
    # The offset of the first octet that may not stand in a field value (RFC 9110, section 5.5), or `end`.
    Py_ssize_t text_end "lumina_text_end" (const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept nogil
