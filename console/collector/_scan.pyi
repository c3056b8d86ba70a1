"""What `scan/module.c` offers, where it could be built."""

from collections.abc import Callable
from typing import TypeAlias

Effort: TypeAlias = tuple[str, int, int, str]
Spending: TypeAlias = tuple[int, int | None, int | None]
Usual: TypeAlias = tuple[
    float | None, set[str], set[str], int, bool, list[Effort], bool, Spending | None
]
Run: TypeAlias = tuple[str, str, bytes, tuple[int, ...], str | None, Usual | None, str]
Other: TypeAlias = tuple[bytes, int, int]
Alive: TypeAlias = tuple[str, str, str, int, bytes, int, int]
Number: TypeAlias = tuple[str, str, str, int]

class Scanner:
    def __init__(
        self,
        fields: list[tuple[str, str, bool]],
        kinds: list[tuple[str, str, bool]],
        name_limit: int,
        text_limit: int,
        longest: float,
        most_tokens: int,
        earliest_us: int,
        seed: bytes,
    ) -> None: ...
    def read(
        self,
        data: bytes,
        file: int,
        offset: int,
        line: int,
        until_us: int,
        floor_us: int,
        suspected: Callable[[bytes], bool],
        /,
    ) -> tuple[list[Other], list[Alive], list[Number], int, list[str]] | None: ...
    def close(self, ended: bool, /) -> list[Run]: ...
    def holds(self, route: str, run: str, /) -> bool: ...
