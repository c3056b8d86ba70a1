"""Whatever bytes come: no crash but those that are foreseen, no hang, and bounded memory.

`BURNLINE_FUZZ_EXAMPLES=20000` tries so many inputs for each target instead of a few.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.agent.document import checksum
from console.intake.formats import FORMATS
from console.tui.query import LONGEST
from tests.collector.running import Station, good, route
from tests.faults import targets
from tests.faults.bounds import EXAMPLES, Hang, Hoard, bounded, fuzz
from tests.faults.corpus import CONTROL, KNOWN, Known, inputs
from tests.intake.test_agents_fuzz import JSON, paths_in, replaced


def test_every_format_is_fuzzed() -> None:
    assert {known.format for known in KNOWN} == set(FORMATS)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
@given(drawn=st.data())
@fuzz
def test_no_reader_crashes_hangs_or_hoards(known: Known, drawn: st.DataObject) -> None:
    data = drawn.draw(inputs(known))
    with bounded():
        targets.read(known, data)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
@given(drawn=st.data())
@settings(fuzz, max_examples=max(1, EXAMPLES // 3))
def test_a_collector_reads_on_whatever_a_log_holds_and_wherever_it_is_cut(
    known: Known, drawn: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = drawn.draw(inputs(known))
    cuts = sorted(drawn.draw(st.sets(st.integers(0, len(data)), max_size=3)))
    station = Station(tmp_path_factory.mktemp("any"), route())
    try:
        for number, (start, end) in enumerate(itertools.pairwise([0, *cuts, len(data)])):
            station.write(Path(known.path).name, data[start:end])
            station.write("other.jsonl", good(f"other-{number}"))
            station.read()
        before = station.runs()
        station.restart()
        assert station.read().runs() == before
    finally:
        station.close()
    assert {f"other-{number}": "good" for number in range(len(cuts) + 1)}.items() <= before.items()


@given(data=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@fuzz
def test_settings_of_any_bytes_load_or_are_refused_in_words(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "burnline.toml"
    with bounded():
        targets.load_settings(path, data)


@st.composite
def controls(draw: st.DrawFn) -> bytes:
    """Draw a control file: odd values under a right checksum or a wrong one, then cut anywhere."""
    changed = CONTROL
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.sampled_from(paths_in(changed)))
        changed = replaced(changed, place, draw(JSON))
    if draw(st.booleans()):
        with contextlib.suppress(ValueError):
            changed = {**changed, "checksum": checksum(changed)}
    data = json.dumps(changed).encode()
    at = draw(st.integers(0, len(data)))
    return data if draw(st.booleans()) else data[:at] + draw(st.binary(max_size=6))


@given(data=controls() | st.binary(max_size=200))
@fuzz
def test_a_control_file_is_obeyed_or_at_fault(data: bytes) -> None:
    with bounded():
        targets.obey(data)


PIECES = st.sampled_from(
    ["burn", "owner", "age", "tier", ">", "<", ">=", ":", "=", "!", '"', " ", "6", "2h", "%", "-",
     "high", "(a+)+$", "\u202e", "\ud800", "é", ".", "1e9", "9" * 20]
)  # fmt: skip


@given(text=st.lists(PIECES, max_size=90).map("".join) | st.text(max_size=LONGEST + 5))
@fuzz
def test_a_filter_is_understood_or_refused_in_words(text: str) -> None:
    with bounded(cpu_s=5):
        targets.understand(text)


def test_what_hangs_is_ended() -> None:
    with pytest.raises(Hang), bounded(cpu_s=0.05):
        for _ in itertools.repeat(None):  # not in C, where no signal is heard
            pass


def test_what_hoards_is_refused() -> None:
    with pytest.raises(Hoard), bounded(memory=100_000):
        assert bytearray(200_000)
