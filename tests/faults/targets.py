"""What is fuzzed: each takes any bytes, and raises for what may never happen.

`tests/faults/test_fuzz.py` draws the bytes by chance, `guided.py` by the code that they reach.
"""

from __future__ import annotations

import contextlib
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from console.agent import ControlFault
from console.agent.decide import decide_action, decide_change, decide_start
from console.agent.document import parse as parse_control
from console.intake.formats import FORMATS, recognise
from console.intake.reading import Context
from console.settings import SettingsError, load
from console.tui.query import Fields, QueryError
from console.tui.query import parse as parse_query

if TYPE_CHECKING:
    from tests.faults.corpus import Known

FOREVER_US = 2**60
_SCALES = {"tier": {"high": 3}}
_OUTCOMES = {"allowed", "denied", "paused", "approval"}
_ROW = Fields({"owner": "dana", "route": "refunds"}, {"burn": Fraction(3), "age": None})


def read(known: Known, data: bytes) -> None:
    """Have a reader read a file twice over, with a restart in between."""
    context = Context(path=Path(known.path), options=dict(known.options))
    recognise(data, known.path.encode())
    reader = FORMATS[known.format].reader(context)
    batches = [reader.feed(data, 0, 1), reader.settle(FOREVER_US)]
    again = FORMATS[known.format].reader(context, reader.dump())
    batches.append(again.feed(data, len(data), 1 + data.count(b"\n")))
    for batch in batches:
        for entry in batch.events:
            assert entry.event.route.strip()
            entry.event.run.encode()
        for piece in batch.rejected:
            assert piece.reason
            assert len(piece.excerpt) <= 200


def load_settings(path: Path, data: bytes) -> None:
    """Load settings, or have them refused; what is loaded has to be TOML."""
    path.write_bytes(data)
    with contextlib.suppress(SettingsError):
        load(path)
        tomllib.loads(data.decode())


def obey(data: bytes) -> None:
    """Decide by a control file, or have it found at fault."""
    with contextlib.suppress(ControlFault):
        orders = parse_control(data).route("refunds")
        for decision in (
            decide_start(orders, 0),
            decide_action(orders, 0, "pay", "r"),
            decide_change(orders, 0, "prompt", "v"),
        ):
            assert decision.outcome in _OUTCOMES


def understand(text: str) -> None:
    """Apply a filter to a row, or have it refused."""
    with contextlib.suppress(QueryError):
        query = parse_query(text, ("owner", "route"), ("burn", "age", "tier"), _SCALES)
        assert query.holds(_ROW) in {True, False}
