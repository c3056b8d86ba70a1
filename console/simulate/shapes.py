"""Typical traffic shapes: who sends the work decides when it comes. Hours are UTC."""

from __future__ import annotations

from console.simulate.profile import Shape


def _shape(hours: str, weekdays: str) -> Shape:
    """Read 24 hourly weights and 7 of weekdays, as percent of an even spread."""
    return Shape(
        tuple(int(weight) / 100 for weight in hours.split()),
        tuple(int(weight) / 100 for weight in weekdays.split()),
    )


OFFICE = _shape(
    # One region's office hours: two peaks around lunch, next to nothing at night.
    "3 3 3 3 3 3 15 60 100 130 140 130 80 110 135 130 100 60 25 10 6 4 3 3",
    "110 115 115 110 95 8 6",
)
CONSUMER = _shape(
    # People at home: lunch and evening, weekends a little above working days.
    "25 15 10 8 8 12 30 55 80 95 105 120 125 110 105 110 120 135 150 160 155 130 90 50",
    "100 95 95 95 100 115 110",
)
SUPPORT = _shape(
    # A support desk from early to late, a thin shift at weekends.
    "6 4 4 4 5 12 35 75 110 135 145 140 120 125 140 145 135 115 95 80 60 40 22 12",
    "125 115 110 110 105 45 40",
)
CLOCK = _shape(
    # The whole world: it never stops, and dips while the largest market sleeps.
    "75 65 58 55 55 62 72 85 98 105 110 115 118 115 115 120 125 130 132 130 125 115 100 88",
    "95 95 97 100 110 108 95",
)
