"""Peers that count: a directory of JSON lines -> lines by route, minute and event, kept.

It is the part of our job that they can do. Each answer is compared with the oracle's.
"""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.bench.answers import events_of
from tests.bench.process import Done, measure, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.peers import Peers

RIVALS = Path(__file__).with_name("rivals")
Events = dict[tuple[str, int, str], int]
_COUNTS = (
    "create table counts as select route, substr(ts, 1, 16) as minute, event, count(*) as number "
    "from raw group by 1, 2, 3;"
)


class CountingPeer(NamedTuple):
    """One peer: `run` does the job in a place of its own, `answer` returns what came of it."""

    name: str
    note: str
    run: Callable[[Path, Path], Done]
    answer: Callable[[Path, Done], Events]


def found(peers: Peers) -> list[CountingPeer]:
    """Return the peers that are there."""
    makers = (_duckdb, _polars, _jq, _lnav, _mtail, _sqlite_utils)
    return [peer for maker in makers if (peer := maker(peers)) is not None]


def _script(peers: Peers, library: str, script: str, out: str, note: str) -> CountingPeer | None:
    interpreter = peers.python(library)
    if interpreter is None:
        return None
    path = RIVALS / script

    def run(logs: Path, place: Path) -> Done:
        return measure([interpreter, path, logs, place / out], env=surroundings(place))

    def answer(place: Path, done: Done) -> Events:
        shown = measure([interpreter, path, "--show", place / out], env=surroundings(place))
        return events_of(shown.output)

    return CountingPeer(peers.named(library), note, run, answer)


def _duckdb(peers: Peers) -> CountingPeer | None:
    note = "batch only: no runs, misses or evidence, and the whole is read again each time"
    return _script(peers, "duckdb", "duckdb_counts.py", "counts.duckdb", note)


def _polars(peers: Peers) -> CountingPeer | None:
    note = "batch only, all cores: no runs, misses or evidence, no store to add to"
    return _script(peers, "polars", "polars_counts.py", "counts.parquet", note)


def _in_sqlite(name: str, note: str, command: str, tools: tuple[str, ...]) -> CountingPeer:
    def run(logs: Path, place: Path) -> Done:
        shell = ["sh", "-c", command, "sh", str(logs), str(place / "counts.db"), *tools]
        return measure(shell, env=surroundings(place))

    def answer(place: Path, done: Done) -> Events:
        connection = sqlite3.connect(place / "counts.db")
        rows = connection.execute("select route, minute, event, number from counts").fetchall()
        connection.close()
        lines = "".join(f"{','.join(map(str, row))}\n" for row in rows)
        return events_of(lines.encode())

    return CountingPeer(name, note, run, answer)


def _jq(peers: Peers) -> CountingPeer | None:
    jq, sqlite = peers.program("jq"), peers.program("sqlite3")
    if jq is None or sqlite is None:
        return None
    command = (
        """cat "$1"/*.jsonl | "$3" -r '[.route, .ts, .event] | @csv' | """
        """"$4" "$2" -cmd "create table raw (route, ts, event)" """
        f'''".mode csv" ".import /dev/stdin raw" "{_COUNTS}"'''
    )
    name = f"{peers.named('jq')} | {peers.named('sqlite3')}"
    return _in_sqlite(name, "batch only: no runs, misses or evidence", command, (jq, sqlite))


def _sqlite_utils(peers: Peers) -> CountingPeer | None:
    program = peers.program("sqlite-utils")
    if program is None:
        return None
    command = (
        'cat "$1"/*.jsonl | "$3" insert "$2" raw - --nl --alter && '
        f'"$3" query "$2" "{_COUNTS}" >/dev/null'
    )
    note = "keeps every line whole; batch only: no runs or misses"
    return _in_sqlite(peers.named("sqlite-utils"), note, command, (program,))


def _lnav(peers: Peers) -> CountingPeer | None:
    program = peers.program("lnav", "-V")
    if program is None:
        return None
    query = (
        ";select route, strftime('%Y-%m-%dT%H:%M', log_time) as minute, event, count(*) "
        "from native_events group by 1, 2, 3"
    )

    def run(logs: Path, place: Path) -> Done:
        lnav_format(place)
        command = [program, "-n", "-q", "-I", str(place / "lnav"), "-c", query]
        command += ["-c", ":write-csv-to -", str(logs)]
        return measure(command, env=surroundings(place))

    def answer(place: Path, done: Done) -> Events:
        return events_of(done.output.split(b"\n", 1)[1])

    note = "all of it in memory, nothing kept: no runs or misses"
    return CountingPeer(peers.named("lnav"), note, run, answer)


def lnav_format(place: Path) -> None:
    """Teach lnav our lines: a format file in a configuration directory of its own."""
    folder = place / "lnav" / "formats" / "native"
    folder.mkdir(parents=True)
    text = {"kind": "string", "identifier": True}
    fields = dict.fromkeys(("route", "run", "event", "agent"), text)
    layout = [{"field": "__timestamp__"}, " ", {"field": "route"}, " ", {"field": "event"}]
    layout += [" ", {"field": "run"}]
    native = {
        "title": "native events",
        "json": True,
        "timestamp-field": "ts",
        "body-field": "detail",
        "hide-extra": True,
        "line-format": layout,
        "value": fields,
    }
    document = {"$schema": "https://lnav.org/schemas/format-v1.schema.json"}
    (folder / "native.json").write_text(json.dumps({**document, "native_events": native}))


def _mtail(peers: Peers) -> CountingPeer | None:
    program = peers.program("mtail")
    if program is None:
        return None
    pattern = re.compile(r"^lines\{(.*)\} (\d+)", re.MULTILINE)
    label = re.compile(r'(\w+)="([^"]*)"')

    def run(logs: Path, place: Path) -> Done:
        command = [program, "--one_shot", "--one_shot_format=prometheus", "--logtostderr"]
        command += ["--progs", str(RIVALS / "counts.mtail"), "--logs", f"{logs}/*.jsonl"]
        return measure(command, cwd=place, env=surroundings(place))

    def answer(place: Path, done: Done) -> Events:
        rows = []
        for labels, number in pattern.findall(done.output.decode()):
            named = dict(label.findall(labels))
            rows.append(f"{named['route']},{named['minute']},{named['event']},{number}\n")
        return events_of("".join(rows).encode())

    note = "by a pattern, not by JSON; in memory, nothing kept: no runs or misses"
    return CountingPeer(peers.named("mtail"), note, run, answer)
