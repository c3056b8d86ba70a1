"""The command line of the benchmarks."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tests.bench import compare, machine, readme, tables
from tests.bench import report as reports
from tests.bench.bench import Bench
from tests.bench.peers import INSTALL, Peers
from tests.bench.process import ROOT, Failed
from tests.bench.registry import BENCHMARKS
from tests.bench.report import SCHEMA, Report, Row
from tests.bench.scale import SMOKE, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

BASELINE = Path(__file__).with_name("baseline.json")
_SIZES = {
    "lines": "lines of the native backlog",
    "rounds": "rounds; what is compared is interleaved within each",
    "seed": "seed of all data",
    "length": "bytes of a line",
    "misses": "share of runs that miss, 0 to 1",
    "routes": "routes of the backlog",
    "files": "files of the backlog",
    "watched": "files that the idle collector watches",
    "transcripts": "lines of Claude Code transcripts",
    "rows": "minute cells of the large store",
    "fleet": "routes of the large store, the control file and the console",
    "agents": "agent processes that obey an order",
    "seconds": "seconds of each live measurement",
    "calls": "checks of the guard in a round",
    "growth": "factor of the growth benchmark",
    "memory_growth": "factor of the memory benchmark",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks; return 0, 1 where one failed or got worse, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    scale = _scale(options)
    here = machine.describe()  # before we load it ourselves
    rows, missing = measure(options.names or list(BENCHMARKS), scale, Peers(options.peers))
    report = Report(
        schema=SCHEMA,
        machine=here,
        options=msgspec.structs.asdict(scale),
        rows=tuple(rows),
        missing=missing,
    )
    sys.stdout.write(tables.plain(report.rows) + "\n")
    for name, why in missing.items():
        sys.stdout.write(f"not run: {name}: {why}\n")
    try:
        worse = _write_and_compare(report, options)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return int(worse or any(name in BENCHMARKS for name in missing))


def measure(names: Sequence[str], scale: Scale, peers: Peers) -> tuple[list[Row], dict[str, str]]:
    """Run benchmarks; return their rows, and what was not run or failed, with the reason."""
    rows: list[Row] = []
    failed: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="burnline-bench-") as folder:
        bench = Bench(scale, peers, Path(folder), _say)
        for name in names:
            _say(f"{name}: {BENCHMARKS[name].does}")
            try:
                rows += BENCHMARKS[name].run(bench)
            except Failed as error:
                _say(f"{name}: {error}")
                # A report is kept; all that a program says when it fails may name places here.
                failed[name] = str(error).splitlines()[-1]
    return rows, {**peers.missing, **failed}


def _write_and_compare(report: Report, options: argparse.Namespace) -> bool:
    """Write what was asked for; say whether something got worse than what it is compared with."""
    moved = _compare(report, options.compare) if options.compare is not None else []
    if options.json is not None:
        reports.write(report, options.json)
    if not options.record and not options.readme:
        return any(each.worse for each in moved)
    partly = bool(options.names) and BASELINE.exists()
    whole = _ordered(reports.merged(reports.read(BASELINE), report) if partly else report)
    if options.record:
        reports.write(whole, BASELINE)
    if options.readme:
        readme.rewrite(ROOT / "README.md", tables.markdown(whole))
    return any(each.worse for each in moved)


def _ordered(report: Report) -> Report:
    """Return a report with its rows in the order of the benchmarks."""
    order = list(BENCHMARKS)
    rows = sorted(report.rows, key=lambda row: order.index(row.benchmark))
    return msgspec.structs.replace(report, rows=tuple(rows))


def _compare(report: Report, path: Path) -> list[compare.Moved]:
    """Say what moved since a recorded report, and return it."""
    before = reports.read(path)
    if different := reports.differences(before.options, report.options):
        sys.stdout.write(f"recorded with other sizes: {different}\n")
    moved = compare.moved(before, report)
    for each in moved:
        sys.stdout.write(f"{each.words}\n")
    if not moved:
        sys.stdout.write("nothing moved beyond the spread\n")
    return moved


def _parser() -> argparse.ArgumentParser:
    named = "\n".join(f"  {one.name}: {one.does}" for one in BENCHMARKS.values())
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=(
            "Measures burnline beside its peers in the same interleaved rounds, in CPU seconds of "
            "whole process trees and peak memory; the answers are compared with an oracle."
        ),
        epilog=f"Benchmarks:\n{named}\n\n{INSTALL}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks; default: all")
    for name, words in _SIZES.items():
        default = getattr(Scale(), name)
        flag = f"--{name.replace('_', '-')}"
        parser.add_argument(flag, type=type(default), help=f"{words} (default {default:,})")
    _add_sizes_and_outputs(parser)
    return parser


def _add_sizes_and_outputs(parser: argparse.ArgumentParser) -> None:
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--smoke", action="store_true", help="everything as small as it can be")
    sizes.add_argument("--as-recorded", action="store_true", help="the sizes of the baseline")
    parser.add_argument(
        "--peers", nargs="+", type=Path, default=[], metavar="DIR", help="see below"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the whole report")
    parser.add_argument(
        "--compare", type=Path, nargs="?", const=BASELINE, metavar="FILE",
        help="say what moved beyond the spread (default: the recorded baseline)",
    )  # fmt: skip
    ran = "with NAMEs, only their rows"
    parser.add_argument("--record", action="store_true", help=f"write the baseline; {ran}")
    parser.add_argument("--readme", action="store_true", help=f"rewrite the README's table; {ran}")


def _scale(options: argparse.Namespace) -> Scale:
    """Return the sizes that were asked for; wrong ones, and unknown names, end the command."""
    given = {name: value for name in _SIZES if (value := getattr(options, name)) is not None}
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        _parser().error(f"{', '.join(unknown)}: no such benchmark; --help lists them")
    wrong = [name for name, value in given.items() if value <= 0 and name not in {"misses", "seed"}]
    if wrong or not 0 <= given.get("misses", 0) <= 1:
        _parser().error(f"{', '.join(wrong) or 'misses'}: out of range")
    plain = SMOKE if options.smoke else Scale()
    if options.as_recorded:
        plain = msgspec.convert(reports.read(BASELINE).options, Scale)
    return msgspec.structs.replace(plain, **given)


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
