"""F27, F29 to F35: a store that is full, locked, damaged, newer, shared, gone, or read for long."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from console.snapshot import troubles
from console.store import connect
from tests.cli.shell import eventually
from tests.faults.scenario import Outcome, scenario

if TYPE_CHECKING:
    from tests.faults.place import Place

_PAUSE = "burnline pause refunds --reason spent --by dana --yes"
_FULL = "mount -t tmpfs -o size=2m tmpfs disk; head -c 3M /dev/zero > disk/filler"


def trouble(place: Place) -> str:
    """Return what `status` says is wrong with the machinery, as text and as a document."""
    listed = place.status()["store"]["troubles"]
    shown = place.run("burnline status").out
    assert all(f"TROUBLE: {sentence}" in shown for sentence in listed)
    assert all(sentence in place.doctor() for sentence in listed), (listed, place.doctor())
    return "; ".join(listed)


def standing(place: Place) -> list[str]:
    """Return the orders that agents read."""
    section = json.loads(place.control.read_bytes())["routes"]["refunds"]
    return [item["id"] for item in section["directives"]]


def standing_everywhere(place: Place) -> list[str]:
    """Say where store and control file name other orders, and what is wrong with the audit."""
    stored = {row[0] for row in place.rows("select id from directive where lifted_us is null")}
    sections = json.loads(place.control.read_bytes())["routes"].values()
    stands = {item["id"] for section in sections for item in section["directives"]}
    wrong = [f"{one} stands by the file or the store alone" for one in sorted(stored ^ stands)]
    chain = place.run("burnline audit --verify")
    return wrong if chain.code == 0 else [*wrong, chain.out.strip()]


def after(place: Place, happened: str) -> Outcome:
    """Compare with the books, having seen that the orders of file and store are the same."""
    assert standing_everywhere(place) == []
    return place.outcome(happened)


def begun(place: Place) -> None:
    """Let 20 runs be read, and generation 1 be written."""
    place.agent("first.jsonl").deliver(20)
    place.must("burnline init logs --yes")
    place.collect()


def of_its_own(place: Place, statement: str) -> None:
    """Let another program write to the store."""
    connection = sqlite3.connect(place.store, isolation_level=None)
    connection.execute(statement)
    connection.close()


@scenario("F27", "the disk is full", _FULL, needs=("tmpfs",))
def disk_full(place: Place) -> Outcome:
    disk = place.folder / "disk"
    disk.mkdir()
    place.later("umount disk")
    place.must("mount -t tmpfs -o size=2m tmpfs disk")
    place.settle_in(disk)
    begun(place)
    agent = place.agent()
    with place.beside("burnline collect logs"):
        eventually(lambda: place.status()["store"]["collector"] == "running", "it runs")
        place.run("head -c 3M /dev/zero > disk/filler")
        agent.deliver(300, reason="x" * 3_000)
        eventually(lambda: "cannot be written" in trouble(place), "status says so")
        said = trouble(place)
        paused = place.by_shell(_PAUSE)
        assert paused.code == 0, paused.err
        assert "is durable" in paused.out
        assert standing(place) == ["d-2"]
        assert place.run("burnline gate refunds --start").code == 1
        place.must("rm disk/filler")
        place.until_counted("what was written meanwhile is read")
        eventually(lambda: trouble(place) == "", "it is said no more")
        eventually(lambda: place.rows("select 1 from directive"), "the order is taken over")
    assert "full" in said
    return after(place, "said by status and doctor; a pause is given meanwhile, and gate exits 1")


@scenario("F29", "another program holds the store", "(begin exclusive, for longer than 5 s)")
def locked(place: Place) -> Outcome:
    begun(place)
    agent = place.agent()
    with place.beside("burnline collect logs"):
        eventually(lambda: place.status()["store"]["collector"] == "running", "it runs")
        other = connect.create(place.store)
        other.execute("begin immediate")
        agent.deliver(20)
        eventually(lambda: "locked" in trouble(place), "status says so")
        paused = place.by_shell(_PAUSE)
        assert paused.code == 0, paused.err
        stands = standing(place)
        other.execute("rollback")
        other.close()
        place.until_counted("what was written meanwhile is read")
        eventually(lambda: place.rows("select 1 from directive"), "the order is taken over")
    return after(place, f"said by status and doctor; {stands[0]} is given meanwhile by file alone")


@scenario(
    "F30",
    "the store is damaged",
    "dd if=/dev/urandom of=burnline.db bs=4096 seek=2 count=60 conv=notrunc",
)
def damaged(place: Place) -> Outcome:
    begun(place)
    place.must(_PAUSE)
    rows = len(place.rows("select 1 from audit"))
    of_its_own(place, "pragma wal_checkpoint(truncate)")
    assert place.fault().code == 0
    assert "BAD  store" in place.doctor()
    paused = place.by_shell("burnline freeze refunds --change prompt --reason r --by dana --yes")
    assert paused.code == 0, paused.err
    place.agent().deliver(20)
    place.collect()
    assert "set aside as burnline.db.corrupt-" in trouble(place)
    kept = [row[0] for row in place.rows("select verb from audit")]
    assert len(kept) > rows
    return after(place, f"set aside, read anew; {rows} rows of the audit are back, 2 orders stand")


@scenario("F31", "the store is of a newer version", "(pragma user_version = 99)")
def newer(place: Place) -> Outcome:
    begun(place)
    of_its_own(place, "pragma user_version = 99")
    refused = place.run("burnline collect --once logs")
    assert refused.code == 1
    assert "newer burnline (schema 99" in refused.err
    assert "schema 99" in place.doctor()
    paused = place.by_shell(_PAUSE)
    assert paused.code == 0, paused.err
    of_its_own(place, f"pragma user_version = {connect.SCHEMA_VERSION}")
    place.agent().deliver(5)
    place.collect()
    return after(
        place, "collect and doctor refuse schema 99 in a sentence; a pause is given all the same"
    )


@scenario("F32", "two collectors on one store", "burnline collect logs & burnline collect logs")
def two_collectors(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    with place.beside("burnline collect logs"):
        place.until_counted("the first reads")
        second = place.by_shell("burnline collect --once logs")
        agent.deliver(20)
        place.until_counted("the first reads on")
    assert second.code == 4
    assert "another collector (process" in second.err
    return place.outcome("the second ends with code 4 and names the first")


@scenario("F33", "the store is deleted under the collector", "rm burnline.db burnline.db-wal")
def unlinked(place: Place) -> Outcome:
    begun(place)
    agent = place.agent()
    with place.beside("burnline collect logs"):
        eventually(lambda: place.status()["store"]["collector"] == "running", "it runs")
        agent.deliver(10)
        place.until_counted("it reads")
        assert place.fault().code == 0
        agent.deliver(10)
        place.until_counted("a new store is begun and the logs are read anew")
        eventually(lambda: "rebuilt" in trouble(place), "status says so")
    rows = len(place.rows("select 1 from audit"))
    return after(
        place, f"a new one is begun, from the logs; {rows} rows of the audit from its mirror"
    )


@scenario(
    "F34", "a reader holds its snapshot too long", "(begin; select; and nothing for 64 MB of log)"
)
def long_reader(place: Place) -> Outcome:
    begun(place)
    reader = connect.attach(place.store)
    reader.execute("begin")
    reader.execute("select count(*) from run").fetchone()
    agent = place.agent()
    limit = troubles.LONG_LOG_BYTES if place.full else 400_000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(troubles, "LONG_LOG_BYTES", limit)
        log = place.store.with_name("burnline.db-wal")
        while not log.exists() or log.stat().st_size <= limit:
            agent.deliver(2_000 if place.full else 200)
            place.run("burnline collect --once logs")
        size = log.stat().st_size
        said = trouble(place)
        assert "reading the store for too long" in said
        reader.execute("rollback")
        reader.close()
        agent.deliver(10)
        place.run("burnline collect --once logs")
        assert trouble(place) == ""
    return after(place, f"said at {size / 1e6:,.1f} MB of log; gone once the reader ended")


@scenario("F35", "SQLite with the WAL-reset bug", "(an SQLite before 3.51.3)")
def old_sqlite(place: Place) -> Outcome:
    place.agent().deliver(20)
    place.collect()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connect, "version", lambda: (3, 40, 1))
        said = place.doctor()
    assert "3.40.1 can corrupt a WAL store" in said
    here = ".".join(map(str, connect.version()))
    return place.outcome(f"doctor says BAD of 3.40.1; here runs {here}, with one writer")
