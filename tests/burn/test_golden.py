"""The worked numbers of the specification, with their public sources, met exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from console.burn import arithmetic

Case = dict[str, Any]
CASES: list[Case] = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="utf-8"))[
    "cases"
]


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _burn_rate(bad: int, total: int, budget_ppm: int) -> str | None:
    return _exact(arithmetic.burn_rate(bad, total, budget_ppm))


def _threshold(share_percent: str, window_h: int, lookback_h: int) -> str:
    return str(
        arithmetic.threshold(
            Fraction(share_percent) / 100, timedelta(hours=window_h), timedelta(hours=lookback_h)
        )
    )


def _remaining(bad: int, total: int, budget_ppm: int) -> str | None:
    return _exact(arithmetic.remaining(bad, total, budget_ppm))


def _exhaustion_hours(remaining: str, burn: str, window_h: int) -> str | None:
    lasts = arithmetic.exhaustion(Fraction(remaining), Fraction(burn), timedelta(hours=window_h))
    if lasts is None:
        return None
    return str(Fraction(lasts // timedelta(microseconds=1), 3_600_000_000))


def _ceiling(budget_ppm: int) -> str:
    return str(arithmetic.ceiling(budget_ppm))


def _reachable(k: str, budget_ppm: int) -> bool:
    return Fraction(k) <= arithmetic.ceiling(budget_ppm)


def _over(bad: int, total: int, budget_ppm: int, k: str) -> bool | None:
    return arithmetic.over(bad, total, budget_ppm, Fraction(k))


OPERATIONS: dict[str, Callable[..., str | bool | None]] = {
    "burn_rate": _burn_rate,
    "threshold": _threshold,
    "remaining": _remaining,
    "exhaustion_hours": _exhaustion_hours,
    "ceiling": _ceiling,
    "reachable": _reachable,
    "over": _over,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_worked_number_is_met_exactly(case: Case) -> None:
    assert OPERATIONS[case["op"]](**case["input"]) == case["expect"]


def test_every_operation_has_cases() -> None:
    assert {case["op"] for case in CASES} == set(OPERATIONS)
