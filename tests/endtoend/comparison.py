"""The program's account, as its commands give it, beside the naive one."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from console.burn.windows import trailing
from console.intake.times import instant_us
from console.model import DAY_US, HOUR_US, MINUTE_US, Counts
from console.store import counting, reader
from console.store.connect import attach
from tests.endtoend import naive
from tests.endtoend.naive_rules import APART

if TYPE_CHECKING:
    from console.store.connect import Connection
    from tests.collector.running import Station
    from tests.endtoend.naive import History, Verdict

WIDTHS_US = (
    MINUTE_US, 5 * MINUTE_US, 30 * MINUTE_US, HOUR_US, 2 * HOUR_US, 6 * HOUR_US,
    DAY_US, 3 * DAY_US, 30 * DAY_US,
)  # fmt: skip

Found = dict[tuple[str, str], "Verdict"]


def compare(station: Station, history: History) -> None:
    """Assert that everything the program says of the history is what follows from it.

    Raises:
        AssertionError: naming the first thing that differs.
    """
    found = naive.account(history)
    charged = naive.charged(found, history.corrections)
    _same("misses", _told(station), _expected(found, charged))
    connection = attach(station.store)
    with contextlib.closing(connection):
        _same("spendings", _spendings(connection), naive.spendings(history))
        numbers = {row.name: row.id for row in reader.routes(connection)}
        for told in station.status()["routes"]:
            mine = {key: item for key, item in found.items() if key[0] == told["route"]}
            number = numbers.get(told["route"], -1)
            _compare_status(told, mine, charged)
            _compare_minutes(connection, number, mine)
            _compare_windows(connection, number, mine, history.now_us)


def _same(what: str, told: object, expected: object) -> None:
    assert told == expected, f"{what}: the program says\n{told}\nwhere the history says\n{expected}"


def _told(station: Station) -> list[tuple[Any, ...]]:
    return sorted(
        (
            miss["route"], miss["run"], miss["class"], instant_us(miss["at"]),
            miss["correction"] is not None,
        )
        for miss in station.misses()
    )  # fmt: skip


def _spendings(connection: Connection) -> dict[tuple[str, str], naive.Spending]:
    rows = connection.execute("select route, run, at_us, micro_usd, tokens from spendings")
    return {(route, run): naive.Spending(*took) for route, run, *took in rows}


def _expected(found: Found, charged: Found) -> list[tuple[Any, ...]]:
    return sorted(
        (route, run, error_class, at_us, (route, run) not in charged)
        for (route, run), verdict in found.items()
        for error_class, at_us in verdict.misses.items()
    )


def _compare_status(told: dict[str, Any], mine: Found, charged: Found) -> None:
    lived = naive.counts(mine.values())
    billed = naive.counts(item for key, item in mine.items() if key in charged)
    _same("experienced", told["experienced"], {"total": lived.total, "bad": lived.bad})
    _same("charged", (told["total"], told["bad"]), (billed.total, billed.bad))
    classes = {name: getattr(billed, name) for name in told["classes"]}
    _same("classes", told["classes"], classes)
    beside = {key: told[key] for key in (*APART, "handoffs", "rescues")}
    _same("beside the counts", beside, naive.summary(mine, told["route"]))


def _compare_minutes(connection: Connection, number: int, mine: Found) -> None:
    span = counting.everything(connection)
    told = dict(counting.series(connection, "minute", span, number))
    minutes = {item.minute for item in mine.values() if item.minute is not None}
    expected = {at: naive.counts(mine.values(), at, at + 1) for at in minutes}
    _same("minutes", {at: counts for at, counts in told.items() if any(counts)}, expected)


def _compare_windows(connection: Connection, number: int, mine: Found, now_us: int) -> None:
    narrower = Counts()
    for width_us in WIDTHS_US:
        span = trailing(now_us, width_us)
        counts = counting.window_counts(connection, span).get(number, Counts())
        _same("a window", counts, naive.counts(mine.values(), span.first, span.end))
        assert all(each <= counts.bad <= counts.total for each in counts[2:])
        assert all(a <= b for a, b in zip(narrower, counts, strict=True)), "a wider window shrank"
        narrower = counts
