"""Every benchmark runs, every answer is the oracle's, and the report is what is promised.

No duration is looked at: what is fast is said by a run of `python -m tests.bench`, not by a test.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.bench import command, compare, readme, tables
from tests.bench.answers import require_equal
from tests.bench.command import BASELINE, main
from tests.bench.machine import describe
from tests.bench.peers import Peers
from tests.bench.process import ROOT, Failed
from tests.bench.registry import BENCHMARKS
from tests.bench.report import SCHEMA, Report, against, alone, merged, read
from tests.bench.rounds import interleave, ratio, sample
from tests.bench.scale import SMOKE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.bench import Bench
    from tests.bench.report import Row
    from tests.bench.scale import Scale


def bare(**changes: Any) -> Report:
    plain = Report(schema=SCHEMA, machine=describe(), options={"lines": 10.0}, rows=(), missing={})
    return msgspec.structs.replace(plain, **changes)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_it_runs_and_its_report_has_the_promised_shape(name: str, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    assert main([name, "--smoke", "--json", str(out)]) == 0
    report = msgspec.json.decode(out.read_bytes(), type=Report)
    assert report.schema == SCHEMA
    assert report.rows or name == "whole job"  # which is nothing without its peer
    for row in report.rows:
        assert row.benchmark == name
        assert row.ours.low <= row.ours.median <= row.ours.high
        assert (row.theirs is None) == (not row.peer)
    assert not [why for why in report.missing.values() if "answered wrongly" in why]
    assert str(tmp_path) not in out.read_text()


def test_peers_are_looked_for_in_the_places_that_are_named(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "a-peer"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho a-peer version 1.2.3\n")
    program.chmod(0o755)
    peers = Peers([tmp_path])
    assert peers.program("a-peer") == str(program)
    assert peers.named("a-peer") == "a-peer 1.2.3"
    assert peers.program("no-such-peer") is None
    assert "no-such-peer" in peers.missing


def test_a_wrong_answer_is_refused_and_says_where() -> None:
    require_equal("a peer", {"a": 1}, {"a": 1})
    with pytest.raises(Failed, match="in 2 of 2 places: a: 1 for 2; b: None for 3"):
        require_equal("a peer", {"a": 1}, {"a": 2, "b": 3})


def test_what_failed_is_kept_as_a_sentence_without_the_places_that_it_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: Bench) -> list[Row]:
        raise Failed("python ended with exit code 1:\n  File /somewhere/x.py\nNo screens on stack")

    broken = BENCHMARKS["console"]._replace(run=fail)
    monkeypatch.setitem(BENCHMARKS, "console", broken)
    _, missing = command.measure(["console"], SMOKE, Peers([]))
    assert missing == {"console": "No screens on stack"}


def test_each_round_runs_everybody_once_and_begins_with_another_one() -> None:
    order: list[str] = []
    interleave({name: partial(order.append, name) for name in "abc"}, 2)
    assert order == ["a", "b", "c", "b", "c", "a"]


def test_ratios_are_those_of_the_pairs_of_a_round() -> None:
    assert ratio([1.0, 20.0, 3.0], [2.0, 10.0, 3.0]) == sample([0.5, 2.0, 1.0])
    assert ratio([1.0], [0.0]) is None


def test_only_what_leaves_the_spread_of_both_has_moved() -> None:
    def report(*values: float) -> Report:
        return bare(rows=(alone("b", "w", "ms", values),))

    before = report(10.0, 12.0, 14.0)
    assert compare.moved(before, report(13.0, 15.0, 17.0)) == []
    (worse,) = compare.moved(before, report(15.0, 16.0))
    assert worse.words == "WORSE: b / w: 12 (10 to 14) -> 15.5 (15 to 16)"
    (better,) = compare.moved(before, report(1.0))
    assert not better.worse


def test_a_ratio_is_compared_where_there_is_one() -> None:
    before = bare(rows=(against("b", "w", "CPU s", [4.0], "a peer", [2.0]),))
    slower_machine = bare(rows=(against("b", "w", "CPU s", [8.0], "a peer", [4.0]),))
    assert compare.moved(before, slower_machine) == []


def test_benchmarks_that_ran_replace_their_own_rows_and_no_others() -> None:
    old = bare(rows=(alone("a", "w", "ms", [1.0]), alone("b", "w", "ms", [1.0])))
    now = bare(rows=(alone("b", "v", "ms", [2.0]),))
    assert merged(old, now).rows == (old.rows[0], now.rows[0])


def test_one_table_never_mixes_sizes_or_machines() -> None:
    old = bare()
    with pytest.raises(ValueError, match=r"sizes differ \(lines 10 -> 20\)"):
        merged(old, bare(options={"lines": 20.0}))
    other = msgspec.structs.replace(old.machine, cores=old.machine.cores + 1)
    with pytest.raises(ValueError, match="another machine"):
        merged(old, bare(machine=other))


def test_a_row_keeps_its_name_when_a_peer_has_a_new_version() -> None:
    old, new = (
        against("b", "w", "MB", [1.0], f"jq {v} | sqlite3 3.40.1", [1.0]) for v in ("1.6", "1.7.1")
    )
    assert old.key == new.key == "b / w / jq | sqlite3"


def test_a_file_that_is_no_report_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nothing.json"
    path.write_text("{}")
    with pytest.raises(ValueError, match=r"nothing\.json: not a report"):
        read(path)


def test_the_readme_is_rewritten_between_its_marks_only() -> None:
    text = f"before\n{readme.BEGINS}\nold\n{readme.ENDS}\nafter\n"
    found = readme.rewritten(text, "new")
    assert found == f"before\n{readme.BEGINS}\n\nnew\n\n{readme.ENDS}\nafter\n"
    assert readme.rewritten(found, "new") == found
    with pytest.raises(ValueError, match="needs one line"):
        readme.rewritten("nothing", "new")


def test_the_readme_has_the_marks() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.rewritten(text, "new")


def test_a_bar_in_a_name_does_not_break_the_table() -> None:
    row = against("b", "w", "CPU s", [4.0, 5.0], "jq | sqlite3", [2.0, 2.0], "less")
    table = tables.markdown(bare(rows=(row,)))
    assert "| b: w | 4.5 CPU s | jq \\| sqlite3 | 2 CPU s | 2.25 | 2 to 2.5 | less |" in table


def test_the_recorded_baseline_can_be_read_and_names_no_path() -> None:
    found = read(BASELINE)
    assert found.rows
    assert "/" not in str(found.machine)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["no-such-benchmark"], "no such benchmark"),
        (["--lines", "0"], "lines: out of range"),
        (["--misses", "1.5"], "misses: out of range"),
    ],
)
def test_wrong_usage_is_refused_before_anything_runs(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_run_takes_the_recorded_sizes_where_it_names_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scales: list[Scale] = []

    def measure(names: object, scale: Scale, peers: object) -> tuple[list[Row], dict[str, str]]:
        scales.append(scale)
        return [], {}

    monkeypatch.setattr(command, "measure", measure)
    main(["--as-recorded", "--rounds", "2"])
    recorded = read(BASELINE).options
    assert msgspec.structs.asdict(scales[0]) == {**recorded, "rounds": 2}
