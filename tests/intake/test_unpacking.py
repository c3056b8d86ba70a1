"""F7: compressed logs are read whole, once, within bounds, and waited for or refused in words."""

from __future__ import annotations

import bz2
import gzip
import itertools
import lzma
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake import access, unpacking
from console.intake.blocks import BLOCK_BYTES, MAX_LINE_BYTES
from console.intake.position import GZIP, UNREADABLE
from console.intake.unpacking import Unpacked
from tests.intake.watching import Watched, append, numbered, obj


def unpacked(data: bytes) -> Unpacked:
    return Unpacked(lambda offset, length: data[offset : offset + length])


def gz(watched: Watched, data: bytes, name: str = "app.jsonl.1.gz") -> Path:
    log = watched.logs / name
    log.write_bytes(data)
    return log


def test_a_compressed_file_is_read_line_by_line_and_once(watched: Watched) -> None:
    lines = numbered(0, 3 * BLOCK_BYTES // 200)
    gz(watched, gzip.compress(lines))
    assert watched.sweep() == lines.split()
    for _ in range(2):
        assert watched.sweep() == []
        watched.restart()
    (file,) = watched.tailer.files.values()
    assert (file.offset, file.size, file.packed) == (len(lines), len(lines), GZIP)


def test_a_compressed_file_that_is_renamed_is_not_read_again(watched: Watched) -> None:
    log = gz(watched, gzip.compress(b"1\n2\n"))
    assert watched.sweep() == [b"1", b"2"]
    log.rename(watched.logs / "app.jsonl.2.gz")
    assert watched.sweep() == []


@pytest.mark.parametrize("restart", [False, True])
def test_it_is_told_by_its_first_bytes_whatever_its_name_is(
    watched: Watched, restart: bool
) -> None:
    gz(watched, gzip.compress(b"1\n"), "app.log-20260301")
    gz(watched, b"2\n", "plain.gz")
    if restart:
        watched.restart()
    assert sorted(watched.sweep()) == [b"1", b"2"]


def test_several_members_and_zeros_after_them_are_one_file(watched: Watched) -> None:
    parts = [gzip.compress(part) for part in (b'{"a', b'":1}\n', b"", b"2\n")]
    log = gz(watched, b"".join(parts) + b"\x00" * 600)
    assert watched.sweep() == [b'{"a":1}', b"2"]
    append(log, gzip.compress(b"3\n"))
    assert watched.sweep() == [b"3"]
    watched.restart()
    append(log, gzip.compress(b"4\n"))
    assert watched.sweep() == [b"4"]


@pytest.mark.parametrize("restart", [False, True])
def test_one_that_is_still_being_written_is_waited_for(watched: Watched, restart: bool) -> None:
    lines = numbered(0, 4_000)
    packed = gzip.compress(lines)
    log = gz(watched, packed[:7])
    assert watched.sweep() == []
    found = []
    for place in range(7, len(packed), len(packed) // 5):
        append(log, packed[place : place + len(packed) // 5])
        if restart:
            watched.restart()
        found += watched.sweep()
        assert watched.refused == []
    assert found == lines.split()
    assert watched.notes() == []


def test_one_that_is_cut_off_says_so_and_is_read_as_far_as_it_goes(watched: Watched) -> None:
    lines = numbered(0, 4_000)
    gz(watched, gzip.compress(lines)[:-500])
    found = watched.sweep()
    assert lines.split()[: len(found)] == found
    assert len(found) > 2_000
    assert watched.sweep() == []
    assert watched.notes() == [
        "its compressed end is missing so far; the rest is read when it comes"
    ]


def test_of_a_damaged_one_what_lies_before_the_damage_is_kept(watched: Watched) -> None:
    lines = numbered(0, 4_000)
    packed = bytearray(gzip.compress(lines))
    middle = len(packed) // 2
    packed[middle : middle + 40] = b"\xff" * 40
    log = gz(watched, bytes(packed))
    found = watched.sweep()
    assert found[:1_000] == lines.split()[:1_000]
    assert "damaged" in watched.refused[0]
    assert watched.states() == {log.name: UNREADABLE}
    for _ in range(2):
        assert watched.sweep() == []
        watched.restart()
    assert len(watched.refused) == 1


def test_a_wrong_checksum_is_said(watched: Watched) -> None:
    packed = bytearray(gzip.compress(b"1\n2\n"))
    packed[-8] ^= 1
    gz(watched, bytes(packed))
    assert watched.sweep() == [b"1", b"2"]
    assert "incorrect data check" in watched.refused[0]


def test_what_follows_and_is_not_gzip_is_refused(watched: Watched) -> None:
    gz(watched, gzip.compress(b"1\n") + b"rubbish")
    assert watched.sweep() == [b"1"]
    assert watched.refused == ["something that is not gzip follows the compressed data"]


def test_a_refused_one_that_is_put_right_is_read(watched: Watched) -> None:
    packed = gzip.compress(b"1\n2\n")
    log = gz(watched, packed[:10] + b"\xff" * 9)
    assert watched.sweep() == []
    assert watched.refused
    log.write_bytes(packed + gzip.compress(b"3\n"))
    assert watched.sweep() == [b"1", b"2", b"3"]
    assert watched.states() == {log.name: "reading"}


def test_one_that_is_rewritten_while_it_is_waited_for_is_read_anew(watched: Watched) -> None:
    log = gz(watched, gzip.compress(b"1\n2\n")[:15])
    watched.sweep()
    log.write_bytes(gzip.compress(numbered(0, 50)))
    assert [*watched.sweep(), *watched.sweep()] == numbered(0, 50).split()
    assert watched.refused == []


def bomb(megabytes: int, piece: bytes) -> bytes:
    pack = zlib.compressobj(9, wbits=31)
    data = b"".join(pack.compress(piece * (2**20 // len(piece))) for _ in range(megabytes))
    return data + pack.flush()


@pytest.mark.parametrize("piece", [b"\x00", b"x", b"\n"])
def test_a_bomb_is_refused_before_it_has_cost_much(watched: Watched, piece: bytes) -> None:
    gz(watched, bomb(200, piece))
    tracemalloc.start()
    (file,) = watched.tailer.sweep()
    while (block := watched.tailer.read(file)) is not None and not block.refused:
        watched.tailer.advance(file, block)
    assert tracemalloc.get_traced_memory()[1] < 6 * MAX_LINE_BYTES
    tracemalloc.stop()
    assert block is not None
    assert block.refused == "it unpacks to over 500 times its size, as no log does"
    assert file.offset <= unpacking.FREE_BYTES + 2**20


def test_there_is_an_absolute_bound_as_well(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_UNPACKED_BYTES", 10_000)
    gz(watched, gzip.compress(numbered(0, 5_000)))
    watched.sweep()
    assert watched.refused == ["it unpacks to more than 10,000 bytes"]


def test_a_line_that_is_too_long_in_a_compressed_file_is_passed_over(watched: Watched) -> None:
    long = b"".join(b"%09d" % each for each in range(1_200_000))
    gz(watched, gzip.compress(b"1\n" + long + b"\n2\n" + long))
    assert watched.sweep() == [b"1", b"2"]
    assert watched.oversize == [len(long) + 1, len(long)]


def test_its_last_line_needs_no_newline(watched: Watched) -> None:
    gz(watched, gzip.compress(b"1\nlevel=info msg=bye"))
    assert watched.sweep() == [b"1", b"level=info msg=bye"]
    assert watched.sweep() == []


def test_evidence_is_found_in_it_again_without_disturbing_what_is_read(watched: Watched) -> None:
    lines = numbered(0, 2_000)
    gz(watched, gzip.compress(lines))
    (file,) = watched.tailer.sweep()
    read = b""
    for wanted in (1_000, 3, 1_500):
        block = watched.tailer.read(file)
        assert block is not None
        watched.tailer.advance(file, block)
        read += block.data
        start = lines.index(b'{"n":"%03d"' % wanted)
        assert watched.tailer.raw(file, start, 60) == lines[start : start + 60]
    assert [*read.split(), *watched.sweep()] == lines.split()


def test_many_compressed_files_are_unpacked_few_at_a_time(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_UNPACKED_AT_ONCE", 2)
    for each in range(7):
        gz(watched, gzip.compress(obj(f"{each}") + b"\n")[: None if each else -3], f"{each}.gz")
    found = [line for _ in range(7) for line in watched.sweep()]
    assert sorted(found) == [obj(f"{each}") for each in range(7)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bzip2", bz2.compress(b"1\n")),
        ("xz", lzma.compress(b"1\n")),
        ("zstd", b"\x28\xb5\x2f\xfd\x04\x00rest"),
    ],
)
def test_other_kinds_are_named_with_what_to_do(watched: Watched, name: str, data: bytes) -> None:
    log = gz(watched, data, "app.log.1")
    for _ in range(2):
        assert watched.sweep() == []
        assert watched.notes() == [
            f"compressed with {name}, which is not read; unpack it, or use gzip"
        ]
        watched.restart()
    log.write_bytes(b"now plain\n")
    assert watched.sweep() == [b"now plain"]


@given(data=st.binary(max_size=3_000), cuts=st.lists(st.integers(0, 3_000), max_size=4))
def test_any_split_into_members_unpacks_to_the_same(data: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    packed = b"".join(gzip.compress(data[a:b]) for a, b in itertools.pairwise(places))
    view = unpacked(packed)
    assert view.at(0, len(data) + 1) == data
    assert view.complete
    assert view.at(len(data) // 2, 10) == data[len(data) // 2 :][:10]


@given(
    data=st.binary(min_size=1, max_size=2_000), place=st.floats(0, 1), change=st.integers(1, 255)
)
def test_no_damage_raises(data: bytes, place: float, change: int) -> None:
    packed = bytearray(gzip.compress(data))
    packed[int(place * (len(packed) - 1))] ^= change
    view = unpacked(bytes(packed))
    view.at(0, len(data) + 1)
    assert view.refused or not view.complete or view.at(0, len(data) + 1) == data
