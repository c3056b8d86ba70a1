"""All rows of the matrix, in its order."""

from __future__ import annotations

from tests.faults import arrival, contents, controls, entries, files  # noqa: F401 - they fill the list
from tests.faults.scenario import BARRED, ROWS, SCENARIOS

if {item.row for item in (*SCENARIOS, *BARRED)} - set(ROWS):
    raise AssertionError("a scenario of no row")
SCENARIOS.sort(key=lambda item: ROWS.index(item.row))
