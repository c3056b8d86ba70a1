"""F11 to F13: what stands in a log that is no line of an agent's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.faults.scenario import Outcome, scenario

if TYPE_CHECKING:
    from tests.faults.place import Place

_STAMP = '"ts":"2026-03-02T12:00:00Z","route":"refunds"'
_HOSTILE = (
    b"[" * 200_000,
    b'{"a":' * 100_000,
    b'{"ts":NaN,"route":"refunds","event":"run.delivered","run":"x"}',
    b'{"ts":1e999,"route":"refunds","event":"run.delivered","run":"x"}',
    b'{"ts":1' + b"0" * 4_400 + b',"route":"refunds","event":"run.delivered","run":"x"}',
    b'{"ts":-1e18,"route":"refunds","event":"run.delivered","run":"x"}',
    b'{"ts":"2026-02-30T25:61:61Z","route":"refunds","event":"run.delivered","run":"x"}',
    f'{{{_STAMP},"event":"run.delivered","run":{2**70}}}'.encode(),
    f'{{{_STAMP},"event":"run.delivered","run":null}}'.encode(),
    f'{{{_STAMP},"event":"run.delivered","run":{{"a":[]}}}}'.encode(),
    f'{{{_STAMP},"event":"run.delivered","run":"\\ud83d"}}'.encode(),
    b'"just text"',
    b"null",
    b"\xff\xfe{\x00}\x00",
    b"\x80\x81\x82",
    b"{" + b"\x00" * 50 + b"}",
)
"""Lines that make one JSON reader or another crash, hang, or read what was never meant."""


@scenario(
    "F11",
    "a line of 200 MB",
    "{ cat before; head -c 200000000 /dev/zero | tr '\\0' x; echo; cat after; } > logs/a.jsonl; "
    "prlimit --as=500000000 burnline collect --once logs",
    needs=("prlimit",),
)
def endless_line(place: Place) -> Outcome:
    agent = place.agent()
    agent.piece("before", 20)
    agent.piece("after", 20)
    done = place.fault()
    assert done.code == 0, done.err
    assert "1 pieces refused" in done.out
    (reason,) = place.rows("select reason from quarantine")
    return place.outcome(f"refused within 500 MB of addresses: {reason[0]}")


@scenario(
    "F12",
    "CRLF, marks, zeros, UTF-16 and foreign bytes",
    "sed -i 's/$/\\r/' logs/a.jsonl; (printf '\\357\\273\\277'; cat marked) > logs/b.jsonl; "
    "(head -c 9000 /dev/zero; cat holed) > logs/c.jsonl; "
    "(cat first; printf '\\200\\201\\n'; cat last) > logs/d.jsonl; "
    "iconv -t UTF-16 other > logs/e.jsonl",
    needs=("iconv",),
)
def foreign_bytes(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    for name in ("marked", "holed", "first", "last"):
        agent.piece(name, 10)
    (place.folder / "other").write_bytes(b'{"run":"nobody"}\n' * 4)
    place.fault()
    place.collect()
    pieces = place.rows("select count(*) from quarantine")[0][0]
    assert pieces
    return place.outcome(f"{pieces} pieces are refused by file and line; every line around is read")


@scenario("F13", "hostile JSON between the lines", "cat hostile rest >> logs/a.jsonl")
def hostile_json(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    (place.folder / "hostile").write_bytes(b"\n".join(_HOSTILE) + b"\n")
    agent.piece("rest", 20)
    place.fault()
    done = place.run("burnline collect --once logs")
    assert done.code == 0, done.err
    listed = json.loads(place.run("burnline status --json").out)["store"]["rejected"]
    strays = place.rows("select run from run where run not like 'a-%'")
    place.written |= {row[0] for row in strays}
    return place.outcome(f"of {len(_HOSTILE)} such lines {listed} are refused, one by one")
