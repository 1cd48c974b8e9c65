"""A field by a name that only the configuration knows (RFC 9110, section 5.1); who knows it before, uses http/names."""

import cython

from lumina.http1.fields import Fields


def find_field(head: Fields, data: cython.p_const_uchar, name: bytes, first: cython.int) -> cython.int:  # hot
    """Return the place, from `first` on, of a field with this name, which is in lower case, or -1."""
    wanted: cython.p_const_uchar = name
    size: cython.Py_ssize_t = len(name)
    place: cython.int
    at: cython.Py_ssize_t
    same: cython.Py_ssize_t
    octet: cython.uchar
    for place in range(first, head.count):
        if head.name_size[place] != size:
            continue
        at = head.name_at[place]
        same = 0
        while same < size:
            octet = data[at + same]
            if 65 <= octet <= 90:
                octet |= 32
            if octet != wanted[same]:
                break
            same += 1
        if same == size:
            return place
    return -1


def field_in(head: Fields, data: bytes, name: bytes, first: int = 0) -> int:
    """Do what find_field() does, for tests."""
    return find_field(head, data, name, first)
