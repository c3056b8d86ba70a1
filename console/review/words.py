"""Numbers of a review as they are read: percentages, money, minutes, durations, instants."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from console.burn import arithmetic
from console.burn.rules import percent
from console.model import MINUTE_US, SECOND_US

if TYPE_CHECKING:
    from console.burn.windows import Span
    from console.store.figures import Figure


def share(ppm: int | None) -> str:
    """Return a share in ppm as a percentage with one decimal at most; `no data` for None."""
    if ppm is None:
        return "no data"
    tenths = int(abs(Fraction(ppm, 1_000)) + Fraction(1, 2))
    sign = "-" if ppm < 0 and tenths else ""
    return sign + (f"{tenths // 10}.{tenths % 10}" if tenths % 10 else f"{tenths // 10}") + " %"


def objective(budget_ppm: int) -> str:
    """Return the objective that leaves a budget: `99.5 %`."""
    return percent(Fraction(arithmetic.PPM - budget_ppm, arithmetic.PPM))


def money(hundredths: int | None, currency: str) -> str:
    """Return money: `12.50 EUR`."""
    if hundredths is None:
        return "no data"
    return f"{hundredths // 100}.{hundredths % 100:02d} {currency}".rstrip()


def dollars(micro_usd: int | None, places: int = 2) -> str:
    """Return millionths of a dollar: `12.50 USD`, rounded half up to so many places."""
    if micro_usd is None:
        return "no data"
    unit = 10 ** (6 - places)
    whole, rest = divmod((2 * micro_usd + unit) // (2 * unit), 10**places)
    return f"{whole}.{rest:0{places}d} USD"


def tokens(count: int | None) -> str:
    """Return a count of tokens: `12,500 tokens`; `no data` for None."""
    return "no data" if count is None else f"{count:,} tokens"


def number(figure: Figure) -> str:
    """Return a count, `no data` for None."""
    return "no data" if figure.value is None else str(figure.value)


def took(seconds: int | None) -> str:
    """Return how long something took; `not yet` for None."""
    if seconds is None:
        return "not yet"
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"


def place(evidence: str) -> str:
    """Return where evidence stands with no more of its path than tells files apart."""
    path, comma, line = evidence.rpartition(", ")
    return "/".join(path.split("/")[-2:]) + comma + line


def instant(at_us: int) -> str:
    """Return an instant, UTC: `2026-11-06 13:37`."""
    return datetime.fromtimestamp(at_us // SECOND_US, UTC).strftime("%Y-%m-%d %H:%M")


def span(found: Span) -> str:
    """Return a span of minutes by its ends."""
    return f"{instant(found.first * MINUTE_US)} to {instant(found.end * MINUTE_US)}"


def day(number_of_day: int) -> str:
    """Return a day since the epoch: `2026-11-06`."""
    return instant(number_of_day * 86_400 * SECOND_US)[:10]
