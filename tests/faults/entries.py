"""F14 to F20: what stands in a log directory that is no log, and directories that come and go."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.cli.shell import eventually
from tests.faults.scenario import Outcome, barred, scenario

if TYPE_CHECKING:
    from tests.faults.place import Place

barred(
    "F21",
    "logs or store on NFS",
    "a test machine has no NFS; that a store is refused there is held to the table of mounts of a "
    "machine that has (tests/store/test_mounts.py)",
)


@scenario(
    "F14",
    "links to files, folders, themselves and nowhere",
    "ln -s a.jsonl logs/l.jsonl; ln -s . logs/loop; ln -s /etc logs/etc; ln -s x logs/x",
)
def links(place: Place) -> Outcome:
    place.agent().deliver(20)
    place.fault()
    place.collect()
    said = [row["note"] for row in sources(place) if row["state"] == "skipped"]
    assert said[0].startswith("4 links are not followed"), said
    return place.outcome("4 links are counted and not followed")


def sources(place: Place) -> list[dict[str, str]]:
    """Return what was passed over."""
    rows = place.rows("select words from passed order by why")
    return [{"note": row[0], "state": "skipped"} for row in rows]


@scenario(
    "F15",
    "a pipe, a device and a file of 1 TiB of holes",
    "mkfifo logs/p.jsonl; mknod logs/n.jsonl c 1 5; truncate -s 1T logs/s.jsonl; "
    "timeout 60 burnline collect --once logs",
    needs=("mknod",),
)
def special_files(place: Place) -> Outcome:
    place.agent().deliver(20)
    done = place.fault()
    assert done.code == 0, (done.code, done.err)
    said = [row["note"] for row in sources(place)]
    assert said == ["2 pipes, sockets or devices are not read"], said
    return place.outcome("2 are counted and not opened; the holes are passed over")


_HELD = "setpriv --bounding-set=-dac_override,-dac_read_search "


@scenario(
    "F16", "a log that may not be read, for a while", "chmod 0 logs/a.jsonl", needs=("setpriv",)
)
def forbidden(place: Place) -> Outcome:
    held = _HELD if os.geteuid() == 0 else ""
    place.agent("b.jsonl").deliver(20)
    place.agent().deliver(20)
    place.fault()
    place.collect(f"{held}burnline collect --once logs")
    before = len(place.counted())
    said = place.rows("select note from file where state = 'unreadable'")
    place.must("chmod 600 logs/a.jsonl")
    place.collect(f"{held}burnline collect --once logs")
    return place.outcome(f"{said[0][0]}; {before} lines of the other log meanwhile, then all")


@scenario(
    "F17", "a hard link and a copy", "ln logs/a.jsonl logs/b.jsonl; cp logs/a.jsonl logs/c.jsonl"
)
def twins(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(20)
    place.read()
    place.fault()
    agent.deliver(10)
    place.read()
    return place.outcome("the same 20 lines stand in 3 places")


@scenario("F18", "the directory goes and comes back", "rm -r logs; mkdir logs")
def directory_anew(place: Place) -> Outcome:
    agent = place.agent()
    place.must("rmdir logs")
    with place.beside("burnline collect logs"):
        place.must("mkdir logs")
        agent.deliver(10)
        place.until_counted("a directory that appears is read")
        place.fault()
        agent.deliver(10)
        place.until_counted("a directory that was made anew is read")
    return place.outcome(
        "missing at the start; 10 lines, deleted with their directory; 10 in a new one"
    )


@scenario(
    "F19",
    "20,000 files where 256 may be open",
    "prlimit --nofile=256 burnline collect --once logs",
    needs=("prlimit",),
)
def many_files(place: Place) -> Outcome:
    files = 20_000 if place.full else 1_000
    lines = place.agent("a.jsonl").lines(files)
    for number, line in enumerate(lines):
        path = place.logs / f"{number % 100}" / f"{number}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(line)
    done = place.fault()
    assert done.code == 0, done.err
    return place.outcome(f"a line in each of {files:,} files is read")


@scenario(
    "F20",
    "no inotify instance is left",
    "strace -f -qq -o /dev/null -e trace=inotify_init1 -e inject=inotify_init1:error=EMFILE "
    "burnline collect logs",
    needs=("strace",),
)
def no_file_events(place: Place) -> Outcome:
    agent = place.agent()
    agent.deliver(10)
    with place.beside(place.command):
        place.until_counted("the collector reads without file events")
        eventually(lambda: "polling" in place.doctor(), "doctor says that logs are polled")
        agent.deliver(10)
        place.until_counted("what is added is noticed by looking")
    return place.outcome("logs are looked at every second, which `doctor` says; 10 lines found so")
