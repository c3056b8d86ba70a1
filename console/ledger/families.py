"""Which runs started others: a family is judged once, as the run at its root."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, KeysView

    from console.ledger.facts import Facts, Key


class Families:
    """The runs of all routes by the runs that started them; each run says itself which that is.

    Args:
        facts: what is known of a run.
    """

    def __init__(self, facts: Callable[[Key], Facts]) -> None:
        self._facts = facts
        self._children: dict[Key, set[str]] = {}

    def resume(self, links: Iterable[tuple[str, str, str]]) -> None:
        """Take up stored parents (route, run, parent)."""
        for route, run, parent in links:
            self._children.setdefault((route, parent), set()).add(run)

    def parents(self) -> KeysView[Key]:
        """Return the runs that are known to have started others."""
        return self._children.keys()

    def adopt(self, key: Key, parent: str) -> list[Key]:
        """Take in the run that started another, "" for none; return whose judgement may change.

        All above it, before and now, are among them: where they lead in a circle, or did, each of
        them is or was a root.
        """
        facts = self._facts(key)
        if not parent or parent == facts.parent:
            return []
        left, before = (key[0], facts.parent), self._above(key)
        if facts.adopt(parent) and left in self._children:
            self._children[left].discard(key[1])
        self._children.setdefault((key[0], facts.parent), set()).add(key[1])
        return [key, *before, *self._above(key)]

    def parent(self, key: Key) -> str | None:
        """Return the run that started this one; None too where that leads back to it."""
        above = self._above(key)
        return above[0][1] if above and key not in above else None

    def root(self, key: Key) -> Key:
        """Return the run as which the family of a run is judged."""
        parent = self.parent(key)
        while parent is not None:
            key = (key[0], parent)
            parent = self.parent(key)
        return key

    def descendants(self, key: Key) -> list[tuple[str, Facts]]:
        """Return what is known of all runs of a family but its root."""
        route, run = key
        found: list[tuple[str, Facts]] = []
        waiting, seen = sorted(self._children.get(key, ())), {run}
        while waiting:
            child = waiting.pop()
            if child in seen:
                continue
            seen.add(child)
            facts = self._facts((route, child))
            if self.root((route, child)) == key:
                found.append((child, facts))
                waiting += sorted(self._children.get((route, child), ()))
        return found

    def forget(self, key: Key) -> None:
        """Forget which runs one started."""
        self._children.pop(key, None)

    def _above(self, key: Key) -> list[Key]:
        """Return the runs that led to one, the nearest first, each once."""
        route = key[0]
        found: list[Key] = []
        above = self._facts(key).parent
        while above and (route, above) not in found:
            found.append((route, above))
            above = self._facts((route, above)).parent
        return found
