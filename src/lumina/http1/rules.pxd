# The rules a message can break: one number each, for the path that makes no Python object.
# rules.py has the table: RULES[number] = Rule(number, word, status, detail).
cdef enum:
    NEED_MORE = -1
    REFUSED = -2
