"""One table of the settings file, read key by key; what is wrong goes to the list of problems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from console.settings.lines import KeyPath
from console.settings.problems import Problems, UnusableError, nearest

T = TypeVar("T")

_FEW = 8


class Table:
    """The keys of one table. `written` are those that it has, `bad` those that cannot be used."""

    def __init__(self, values: dict[str, object], at: KeyPath, problems: Problems) -> None:
        self.at = at
        self.problems = problems
        self.written = frozenset(values)
        self.bad: set[str] = set()
        self._values = values

    def take(self, key: str, kind: Callable[[object], T], default: T, *, secret: bool = False) -> T:
        """Return the value of `key`, or `default` where it is absent or wrong.

        `secret` keeps the value out of what is said about it.
        """
        if key not in self.written:
            return default
        value = self._values[key]
        try:
            return kind(value)
        except UnusableError as reason:
            self.refuse(key, str(reason), None if secret else value)
            return default

    def refuse(self, key: str, reason: str, value: object = None) -> None:
        """Note that the value of `key` is wrong; the reason goes on from it."""
        self.bad.add(key)
        self.problems.add((*self.at, key), reason, value)

    def raw(self, key: str) -> object:
        """Return a value as TOML has it."""
        return self._values[key]

    def inner(self, key: str) -> Table:
        """Return the table under `key`, empty where there is none."""
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            self.refuse(key, "is not a table; write it in braces, or under a heading", value)
            value = {}
        return Table(value, (*self.at, key), self.problems)

    def tables(self) -> Iterable[tuple[str, Table]]:
        """Return every table in this one by name, as under `[tier.*]`; all else is refused."""
        for key in self._values:
            table = self.inner(key)
            if key not in self.bad:
                yield key, table

    def list_of_tables(self, key: str, example: str) -> list[Table]:
        """Return the tables in the list under `key`; `example` says how to write one."""
        elements = self._values.get(key, [])
        if not isinstance(elements, list):
            self.refuse(key, f"is not a list of tables; write {example}", elements)
            return []
        found = []
        for index, element in enumerate(elements):
            at = (*self.at, key, index)
            if isinstance(element, dict):
                found.append(Table(element, at, self.problems))
            else:
                self.bad.add(key)
                self.problems.add(at, f"is not a table; write {example}", element)
        return found

    def need(self, key: str, why: str) -> bool:
        """Say whether `key` is there; note its absence as a problem."""
        if key not in self.written:
            self.bad.add(key)
            self.problems.add(self.at, f"has no {key}; {why}")
        return key in self.written

    def refuse_unknown(self, known: Collection[str], homes: dict[str, str] | None = None) -> None:
        """Note every key that means nothing here; `homes` says where else a key belongs."""
        for key in sorted(self.written.difference(known)):
            self.bad.add(key)
            home = (homes or {}).get(key)
            best = nearest(key, known)
            if home:
                ending = f"it belongs under {home}"
            elif best:
                ending = f"the nearest that is known is {best}"
            elif len(known) <= _FEW:
                ending = f"known are {', '.join(known)}"
            else:
                ending = "no known key is like it; leave it out"
            self.problems.add((*self.at, key), f"is not a known key; {ending}")
