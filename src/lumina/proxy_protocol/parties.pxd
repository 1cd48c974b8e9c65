# Whose a connection is: both ends of it.
cimport cython

from lumina.http.addresses cimport ADDRESS


cdef class Parties:
    cdef unsigned char source[16]           # IPv4 as IPv6 writes it
    cdef unsigned char destination[16]
    cdef readonly int source_port
    cdef readonly int destination_port
    cdef readonly int family                # 4 or 6; 0: not known
