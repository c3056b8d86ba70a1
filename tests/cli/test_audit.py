"""`audit`: listing, verifying, and getting it back when the store is lost or damaged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from console.collector import Held, Lease
from console.store import connect
from console.store.holder import alive
from tests.cli.shell import Shell


@pytest.fixture
def ordered(shell: Shell) -> Shell:
    """Return a shell in which a freeze and a pause were ordered."""
    assert shell("freeze", "refunds", "--change", "model", "--reason", "why", "--yes").code == 0
    assert shell("pause", "refunds", "--reason", "spent", "--by", "dana", "--yes").code == 0
    return shell


def mirror(shell: Shell) -> Path:
    return shell.store.with_name(shell.store.name + ".audit.jsonl")


def execute(shell: Shell, statement: str) -> None:
    connection = sqlite3.connect(shell.store)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_it_is_listed_newest_first(ordered: Shell) -> None:
    said = ordered("audit").out.splitlines()
    assert "dana: pause refunds" in said[0]
    found = ordered("audit", "--json", "--limit", "1").document["audit"]
    assert [(row["verb"], row["actor"], row["detail"]["reason"]) for row in found] == [
        ("pause", "dana", "spent")
    ]


def test_a_whole_one_verifies_and_says_its_head(ordered: Shell) -> None:
    done = ordered("audit", "--verify")
    assert done.code == 0
    head = done.out.strip().rpartition("head ")[2]
    assert ordered("audit", "--verify", "--head", head).code == 0
    assert ordered("audit", "--verify", "--head", "1:ffff").code == 1


@pytest.mark.parametrize(
    ("statement", "verdict", "row"),
    [
        ("update audit set actor = 'x' where seq = 1", "edited row", 1),
        ("delete from audit where seq = 1", "missing row", 1),
        ("delete from audit where seq = 2", "cut-off tail", 2),
    ],
)
def test_a_broken_one_names_its_first_bad_row(
    ordered: Shell, statement: str, verdict: str, row: int
) -> None:
    execute(ordered, statement)
    done = ordered("audit", "--verify", "--json")
    assert done.code == 1
    assert (done.document["verdict"], done.document["row"]) == (verdict, row)
    assert f"BROKEN ({verdict})" in ordered("audit", "--verify").out


def test_a_mirror_that_differs_is_named(ordered: Shell) -> None:
    path = mirror(ordered)
    path.write_bytes(path.read_bytes().replace(b"dana", b"erin"))
    assert ordered("audit", "--verify", "--json").document["verdict"] == "mirror differs"


def test_a_cut_off_tail_is_told_by_a_head_known_from_a_page(ordered: Shell) -> None:
    head = ordered("audit", "--verify").out.strip().rpartition("head ")[2]
    execute(ordered, "delete from audit where seq = 2")
    path = mirror(ordered)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert ordered("audit", "--verify").code == 0
    done = ordered("audit", "--verify", "--json", "--head", head)
    assert (done.code, done.document["verdict"], done.document["row"]) == (1, "cut-off tail", 2)


def test_with_the_store_lost_the_mirror_gives_it_back(ordered: Shell) -> None:
    before = ordered("audit", "--json").document
    for part in ordered.folder.glob("burnline.db*"):
        if part != mirror(ordered):
            part.unlink()
    done = ordered("audit", "--json")
    assert (done.code, done.document) == (0, before)
    assert "audit restored from its mirror" in done.err
    assert ordered("audit", "--verify").code == 0


def test_read_only_shows_the_mirror_and_makes_no_store(ordered: Shell) -> None:
    ordered.store.unlink()
    done = ordered("--read-only", "audit", "--json", "--limit", "1")
    assert done.document["audit"][0]["verb"] == "pause"
    assert not ordered.store.exists()


@pytest.mark.parametrize("damage", ["header", "pages"])
def test_a_damaged_store_is_set_aside_with_its_audit_restored(ordered: Shell, damage: str) -> None:
    before = ordered("audit", "--json").document
    raw = bytearray(ordered.store.read_bytes())
    if damage == "header":
        raw[:100] = b"\xff" * 100
    else:
        raw[4096 : 4096 * 20] = b"\xff" * (4096 * 19)
    ordered.store.write_bytes(raw)
    done = ordered("audit", "--restore", "--json")
    assert (done.code, done.document) == (0, before), done.err
    assert "was set aside as" in done.err
    (aside,) = ordered.folder.glob("burnline.db.corrupt-*Z")
    assert aside.read_bytes() == bytes(raw)


def test_a_whole_store_is_not_set_aside(ordered: Shell) -> None:
    done = ordered("audit", "--restore")
    assert "is whole; nothing was set aside" in done.err
    assert list(ordered.folder.glob("*.corrupt-*")) == []


def test_no_collector_begins_on_a_store_that_is_just_being_restored(
    ordered: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(store: Path) -> str:
        with pytest.raises(Held):
            Lease(store)
        return "by a test"

    monkeypatch.setattr(connect, "damage", look)
    assert ordered("audit", "--restore").code == 0
    assert alive(ordered.store, 0.0) is None


def test_a_store_that_is_damaged_says_how_to_get_on(ordered: Shell) -> None:
    ordered.store.write_bytes(b"\xff" * 8192)
    done = ordered("audit")
    assert done.code == 1
    assert "burnline audit --restore" in done.err
