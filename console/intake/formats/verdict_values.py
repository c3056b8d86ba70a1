"""What a score says: passed, failed, or nothing. Shared by the formats that bring verdicts.

A score is made a number, and passes at or over the threshold, 1 unless said otherwise: `C` is 1,
`P` (partly) 0.5, `I` and `N` (no answer) 0; `true`, `yes`, `pass`, `passed` are 1, their opposites
0; numbers, also those written as text, are themselves. An object or array of scores holds a check
of its own for each, named `check/key`. A null, a NaN and any other word are unknown: no verdict.

Options: `threshold = 0.5` for all checks, `thresholds = {quality = 7}` by name (that of the whole
score also holds for its parts), `passed = ["resolved"]` and `failed = ["unsafe"]` for further
words.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from console.intake.formats.loose import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORDS = {
    "c": 1.0,
    "p": 0.5,
    "i": 0.0,
    "n": 0.0,
    "true": 1.0,
    "yes": 1.0,
    "pass": 1.0,
    "passed": 1.0,
    "false": 0.0,
    "no": 0.0,
    "fail": 0.0,
    "failed": 0.0,
}
_PARTS = 100
"""No score has more parts of which each is a check."""


class Rule(msgspec.Struct, frozen=True):
    """When a score passes; the fields are the options of this module's docstring."""

    threshold: float = 1.0
    thresholds: dict[str, float] = {}
    passed: list[str] = []
    failed: list[str] = []

    def verdicts(self, check: str, value: object) -> Iterator[tuple[str, bool]]:
        """Yield each check that a score holds, and whether it passed."""
        if isinstance(value, list):
            value = {str(place): part for place, part in enumerate(value[:_PARTS])}
        if not isinstance(value, dict):
            verdict = self._verdict((check,), value)
            if verdict is not None:
                yield check, verdict
            return
        for key, part in islice(value.items(), _PARTS):
            verdict = self._verdict((f"{check}/{key}", check), part)
            if verdict is not None:
                yield f"{check}/{key}", verdict

    def _verdict(self, checks: tuple[str, ...], value: object) -> bool | None:
        word = value.strip() if isinstance(value, str) else None
        if word is not None and word in self.failed:
            return False
        if word is not None and word in self.passed:
            return True
        score = _score(value)
        if score is None:
            return None
        limits = (self.thresholds[check] for check in checks if check in self.thresholds)
        return score >= next(limits, self.threshold)


def rule_of(options: Mapping[str, object]) -> Rule:
    """Return the rule that a source's options ask for.

    Raises:
        ValueError: an option has a value of the wrong kind.
    """
    kept = {key: options[key] for key in Rule.__struct_fields__ if key in options}
    try:
        return msgspec.convert(kept, Rule)
    except msgspec.ValidationError as error:
        raise ValueError(f"the options of the verdicts are not right: {error}") from error


def text_option(options: Mapping[str, object], key: str) -> str:
    """Return an option that is a text, "" where it is not set.

    Raises:
        ValueError: it is set to something else.
    """
    value = options.get(key, "")
    if isinstance(value, str):
        return value
    raise ValueError(f"the option `{key}` must be a text")


def names_option(options: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Return an option that is a list of texts, empty where it is not set.

    Raises:
        ValueError: it is set to something else.
    """
    try:
        return msgspec.convert(options.get(key, ()), tuple[str, ...])
    except msgspec.ValidationError:
        raise ValueError(f"the option `{key}` must be a list of texts") from None


def _score(value: object) -> float | None:
    if isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return number(value)
    word = value.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    try:
        return number(float(word)) if word.isascii() and len(word) < 40 else None
    except ValueError:
        return None
