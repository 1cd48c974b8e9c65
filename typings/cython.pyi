"""What a type checker needs to know of Cython's magic module."""

import builtins
from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")

compiled: Final[bool]

bint: TypeAlias = builtins.bool
double: TypeAlias = builtins.float
char: TypeAlias = builtins.int
int: TypeAlias = builtins.int
uint: TypeAlias = builtins.int
uchar: TypeAlias = builtins.int
ushort: TypeAlias = builtins.int
long: TypeAlias = builtins.int
longlong: TypeAlias = builtins.int
ulonglong: TypeAlias = builtins.int
size_t: TypeAlias = builtins.int
Py_ssize_t: TypeAlias = builtins.int
p_uchar: TypeAlias = Any
p_const_uchar: TypeAlias = Any
p_void: TypeAlias = Any
nogil: Any

def likely(condition: _T) -> _T: ...
def unlikely(condition: _T) -> _T: ...
def cdivision(on: builtins.bool) -> Callable[[_F], _F]: ...
def cast(kind: Any, value: Any) -> Any: ...
def address(value: Any) -> Any: ...
