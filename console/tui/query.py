"""The filter language: what an operator types after `/`.

    refund              the word is in a visible field
    owner:payments      the word is in that field
    !healthy            not
    burn>6  left<25%    a number is compared; shares are in percent, the sign may be left out
    age<2h              so is a time; without a unit it is in seconds
    "two words"         quotes keep spaces and signs together

Terms are separated by spaces and must all hold. The language knows nothing of routes or alerts:
a row is offered as its fields.
"""

from __future__ import annotations

import operator
import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_TERM = re.compile(r'!?"[^"]*"|!?[^\s"]+(?:"[^"]*")?')
_SHAPE = re.compile(r"(?P<field>[A-Za-z_]+)(?P<op>>=|<=|:|=|>|<)(?P<value>.*)", re.DOTALL)
_NUMBER = re.compile(r"(-?\d{1,12}(?:\.\d{1,6})?)(%|[smhdw])?")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
TIMES = frozenset({"age"})
"""Fields that are a time, in seconds: only these take a unit of time."""
LONGEST = 300
"""Most characters of a filter."""
_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
}


class QueryError(ValueError):
    """A filter that cannot be understood; its text tells the operator how to write it."""


class Fields(NamedTuple):
    """A row as the filter sees it: words by field, numbers by field (None: no data)."""

    words: Mapping[str, str]
    numbers: Mapping[str, Fraction | None]


class Term(NamedTuple):
    """One condition: `field` is "" for a word in any field."""

    field: str
    op: str
    value: str
    number: Fraction | None
    negated: bool

    def holds(self, row: Fields) -> bool:
        """Say whether the row meets this condition. No data never meets a comparison."""
        return self._matches(row) is not self.negated

    def _matches(self, row: Fields) -> bool:
        if self.number is not None:
            known = row.numbers.get(self.field)
            return known is not None and _COMPARE[self.op](known, self.number)
        if self.field:
            return self.value in row.words[self.field].casefold()
        return any(self.value in text.casefold() for text in row.words.values())


class Query(NamedTuple):
    """A parsed filter; an empty one lets everything through."""

    terms: tuple[Term, ...] = ()

    def holds(self, row: Fields) -> bool:
        """Say whether a row passes."""
        return all(term.holds(row) for term in self.terms)


def parse(
    text: str,
    words: Iterable[str],
    numbers: Iterable[str],
    scales: Mapping[str, Mapping[str, int]] | None = None,
) -> Query:
    """Return the filter that `text` means over the fields of that name.

    `scales` gives words that stand for a number, such as the tiers in `tier>=high`.

    Raises:
        QueryError: with a sentence for the operator.
    """
    if len(text) > LONGEST:
        raise QueryError(f"a filter has at most {LONGEST} characters")
    if text.count('"') % 2:
        raise QueryError('a quote is open: close it with "')
    known = (frozenset(words), frozenset(numbers))
    return Query(tuple(_term(part, known, scales or {}) for part in _TERM.findall(text)))


def _term(
    part: str,
    known: tuple[frozenset[str], frozenset[str]],
    scales: Mapping[str, Mapping[str, int]],
) -> Term:
    negated = part.startswith("!")
    body = part[1:] if negated else part
    if not body.strip('"'):
        raise QueryError("! needs a word behind it" if negated else "empty quotes match nothing")
    shape = None if body.startswith('"') else _SHAPE.fullmatch(body)
    if shape is None:
        return Term("", ":", body.strip('"').casefold(), None, negated)
    field, op = shape["field"].lower(), shape["op"]
    value = shape["value"].strip('"').casefold()
    if not value:
        raise QueryError(f"{field}{op} needs a value")
    if op == ":" or (op == "=" and field in known[0] and field not in known[1]):
        return Term(_known(field, known[0], known), ":", value, None, negated)
    number = _number(_known(field, known[1], known), value, scales)
    return Term(field, op, value, number, negated)


def _known(field: str, wanted: frozenset[str], known: tuple[frozenset[str], frozenset[str]]) -> str:
    if field in wanted:
        return field
    if field in known[0] | known[1]:
        how = f"{field}:word" if field in known[0] else f"{field}>6"
        raise QueryError(f"write {how}")
    raise QueryError(f"no field {field}; there are {', '.join(sorted(known[0] | known[1]))}")


def _number(field: str, value: str, scales: Mapping[str, Mapping[str, int]]) -> Fraction:
    named = scales.get(field, {}).get(value)
    if named is not None:
        return Fraction(named)
    found = _NUMBER.fullmatch(value)
    if (
        found is None
        or (found[2] in _SECONDS) > (field in TIMES)
        or (found[2] == "%" and field in TIMES)
    ):
        usual = (
            "a time such as 45m, 2h or 3d" if field in TIMES else "a number such as 6, 1.5 or 25%"
        )
        raise QueryError(f"{field} is compared with {', '.join(scales.get(field, ())) or usual}")
    return Fraction(found[1]) * _SECONDS.get(found[2] or "", 1)
