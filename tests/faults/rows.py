"""All rows of the matrix, in its order."""

from __future__ import annotations

from tests.faults import alerting, arrival, contents, controls, entries, files, security, stores  # noqa: F401 - they fill the list
from tests.faults.scenario import BARRED, ROWS, SCENARIOS

__all__ = ["BARRED", "ROWS", "SCENARIOS"]

SCENARIOS.sort(key=lambda item: ROWS.index(item.row))
