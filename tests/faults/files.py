"""F1 to F10: what becomes of a log file while it is read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from console.collector import intake
from console.intake.roster import QUIET_US
from console.model import SECOND_US
from tests.faults.scenario import Outcome, scenario

if TYPE_CHECKING:
    from tests.faults.place import Place

_QUIET_S = QUIET_US / SECOND_US


@scenario("F1", "renamed within the pattern", "mv logs/a.jsonl logs/a.jsonl.1")
def renamed_within(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    place.read()
    agent.deliver(5)
    with agent.path.open("ab") as kept:
        place.fault()
        kept.write(b"".join(agent.lines(5)))
    agent.deliver(10)
    place.read()
    return place.outcome("5 lines unread at the rename and 5 written after it, by the old name")


@scenario("F2", "renamed out of the pattern", "mv logs/a.jsonl aside.jsonl")
def renamed_out(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    place.read()
    with agent.path.open("ab") as kept:
        kept.write(b"".join(agent.lines(5)))
        kept.flush()
        place.fault()
        place.read()
        kept.write(b"".join(agent.lines(5)))
    place.read()
    agent.deliver(10)
    place.read()
    return place.outcome("5 lines unread at the rename and 5 written after it, where no source is")


@scenario(
    "F3",
    "copied and truncated, lines coming in between",
    "cp logs/a.jsonl logs/a.jsonl.1; cat between >> logs/a.jsonl; : > logs/a.jsonl",
)
def copied_and_truncated(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    place.read()
    agent.deliver(5)
    agent.piece("between", 7)
    place.fault()
    agent.deliver(10)
    place.read()
    return place.outcome("the copy is read; 7 lines written after it were truncated away", 7)


@scenario("F4", "rewritten shorter in place", "cat fresh > logs/a.jsonl")
def rewritten_shorter(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    place.read()
    agent.deliver(5)
    agent.piece("fresh", 4)
    place.fault()
    place.read()
    return place.outcome("5 lines unread when the file was overwritten with 4 others", 5)


@scenario("F5", "rewritten longer in place", "cat fresh > logs/a.jsonl")
def rewritten_longer(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    place.read()
    agent.piece("fresh", 60)
    place.fault()
    place.read()
    return place.outcome("20 lines read, 60 others over them: size and offset only grew")


@scenario("F6", "deleted and made anew on its inode", "rm logs/a.jsonl; cat fresh > logs/a.jsonl")
def made_anew(place: Place) -> Outcome:
    agent, again, before = place.agent(), 0, None
    for _ in range(20):
        agent.piece("fresh", 3)
        place.station.close()  # or its descriptor would keep the inode from being used again
        place.fault()
        place.station.restart()
        place.read()
        inode = agent.path.stat().st_ino
        again, before = again + (inode == before), inode
    return place.outcome(f"20 files by one name, {again} of them on the inode of the one before")


@scenario("F7", "compressed with lines unread", "gzip logs/a.jsonl")
def compressed(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    place.read()
    agent.deliver(20)
    place.fault()
    agent.deliver(10)
    place.read()
    return place.outcome("20 lines read, 20 only in the compressed file")


@scenario(
    "F7",
    "a bomb of zeros among the logs",
    "head -c 256M /dev/zero | gzip > logs/b.jsonl.gz; prlimit --as=700000000 "
    "burnline collect --once logs",
    needs=("prlimit",),
)
def bomb(place: Place) -> Outcome:
    place.agent().deliver(20)
    done = place.fault()
    assert done.code == 0, done.err
    assert "over 500 times its size" in place.doctor()
    packed = (place.logs / "b.jsonl.gz").stat().st_size
    return place.outcome(
        f"{packed:,} bytes that hold 256 MiB are refused, within 700 MB of addresses"
    )


@scenario("F8", "deleted in the middle of reading", "rm logs/a.jsonl")
def deleted_while_read(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(2 * intake.TURN_BYTES // 700, reason="x" * 500)
    place.station.collector.step()
    before = len(place.counted())
    assert before < len(place.written), f"all was read within {intake.TURN_BYTES} bytes"
    place.fault()
    place.read()
    return place.outcome(f"{before:,} lines were read when the name went, the rest after it")


@scenario("F8", "deleted while nobody reads", "rm logs/a.jsonl")
def deleted_unwatched(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    place.read()
    agent.deliver(6)
    place.station.close()
    place.fault()
    agent.deliver(10)
    place.station.restart()
    place.read()
    return place.outcome("6 lines were written and deleted while no collector ran", 6)


@scenario("F9", "half a line at the end", "cat half >> logs/a.jsonl")
def half_a_line(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    (line,) = agent.lines(1)
    (place.folder / "half").write_bytes(line[:70])
    place.fault()
    place.read()
    unread = place.rows("select size - offset from file where offset < size")
    place.station.restart()
    place.read()
    with agent.path.open("ab") as file:
        file.write(line[70:])
    place.read()
    return place.outcome(f"{unread[0][0]} bytes waited over a restart for the rest of their line")


@scenario("F10", "deleted without a last newline", "truncate -s -1 logs/a.jsonl; rm logs/a.jsonl")
def no_last_newline(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    place.read()
    agent.deliver(1)
    kept = os.open(agent.path, os.O_RDONLY)
    place.fault()
    for seconds in range(0, int(3 * _QUIET_S), int(_QUIET_S)):
        place.station.at(seconds)
        place.read()
    os.close(kept)
    return place.outcome(f"the last line counts as it stands after {_QUIET_S:.0f} quiet seconds")
