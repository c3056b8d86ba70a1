"""An Inspect AI log as a zip (`.eval`) -> header and samples, from memory and within bounds.

A zip holds `header.json`, written at the end, `_journal/start.json`, written at the start, and per
sample one file; or, where samples are large, a folder with `sample.json`, `metadata.json` and its
events in pieces. Entries are stored, deflated, or compressed with zstandard.

Summaries of all samples lie beside them (`summaries.json`, before the end `_journal/summaries/`).
They stand in for a sample that is not there or cannot be read: it keeps its verdict and its end.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from console.intake.formats.loose import array, bare, json_value, refused, table, text

if TYPE_CHECKING:
    from console.intake.reading import Rejected

ZIP = b"PK\x03\x04"
_MIB = 1 << 20
DECOMPRESSED_BYTES = 256 * _MIB
"""No zip is read further than this, decompressed."""
RATIO = 200
"""No entry over 1 MiB is read whose bytes become more than so many times as many."""
_WINDOW_BYTES = 128 * _MIB
"""No entry is read that needs more memory than this while it is decompressed."""
_HEADERS = ("_journal/start.json", "header.json")
"""The later one has what the earlier one has, and the end."""
_CHUNK = re.compile(r"samples/(.+_epoch_\d+)/events/(\d{1,12})\.json")
_WHOLE = re.compile(r"samples/(.+_epoch_\d+)(?:/sample)?\.json")
_SUMMARIES, _JOURNAL = "summaries.json", re.compile(r"_journal/summaries/\d{1,12}\.json")
_ZSTANDARD = 93
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_LOCAL = struct.Struct("<4s22xHH")
"""The header before an entry's bytes: its mark, and how long the name and the extra field are."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    LookupError,
)


class Part(NamedTuple):
    """A header or a sample, with where it stands in the file, in bytes."""

    value: dict[str, Any]
    offset: int
    length: int


class Log(NamedTuple):
    """A log as far as it could be read: its header, its samples, and what was refused."""

    header: dict[str, Any]
    samples: list[Part]
    rejected: list[Rejected]


def read_zip(data: bytes) -> Log:
    """Read a zip; what cannot be read is refused, with its reason."""
    log = Log({}, [], [])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _Zip(data, archive, log).read()
    except _BROKEN:
        log.rejected.append(refused(data, 0, 1, "this zip file is cut off or broken"))
    return log


class _Zip:
    """One zip while it is read. Of two entries of one name it knows the later one."""

    def __init__(self, data: bytes, archive: zipfile.ZipFile, log: Log) -> None:
        self._data, self._archive, self._log = data, archive, log
        self._names = archive.NameToInfo
        self._left = DECOMPRESSED_BYTES
        self._chunks: dict[str, list[tuple[int, str]]] = {}
        self._told: set[str] = set()

    def read(self) -> None:
        """Read headers, samples, and the summaries of samples that could not be read."""
        for name in _HEADERS:
            self._log.header.update(table(self._read(name, dict)))
        samples: list[tuple[str, str]] = []
        for name in self._names:
            chunk, whole = _CHUNK.fullmatch(name), _WHOLE.fullmatch(name)
            if chunk:
                self._chunks.setdefault(chunk[1], []).append((int(chunk[2]), name))
            elif whole:
                samples.append((whole[1], name))
        for stem, name in samples:
            self._sample(stem, name)
        if not samples or any(stem not in self._told for stem, _ in samples):
            self._summaries()

    def _sample(self, stem: str, name: str) -> None:
        """Take in a sample; one that lies in a folder gets its metadata and its events."""
        sample = table(self._read(name, dict)) if stem not in self._told else {}
        if not sample:
            return
        self._told.add(stem)
        if "metadata" not in sample:
            sample["metadata"] = self._read(f"samples/{stem}/metadata.json", dict)
        if stem in self._chunks:
            chunks = sorted(self._chunks[stem])
            sample["events"] = [
                event for _, chunk in chunks for event in array(self._read(chunk, list))
            ]
        self._log.samples.append(Part(sample, *self._place(name)))

    def _summaries(self) -> None:
        """Take in the summaries of the samples that are not told of yet."""
        named = [name for name in self._names if _JOURNAL.fullmatch(name)]
        for name in [_SUMMARIES] if _SUMMARIES in self._names else named:
            for summary in map(table, array(self._read(name, list))):
                stem = f"{text(summary.get('id'))}_epoch_{text(summary.get('epoch')) or '1'}"
                if summary and stem not in self._told:
                    self._told.add(stem)
                    self._log.samples.append(Part(summary, *self._place(name)))

    def _place(self, name: str) -> tuple[int, int]:
        entry = self._names[name]
        return entry.header_offset, entry.compress_size

    def _read(self, name: str, kind: type) -> Any:
        """Return the value of an entry; None where there is none or it cannot be read."""
        entry = self._names.get(name)
        if entry is None:
            return None
        try:
            content = self._content(entry)
            self._left -= len(content)
            value = json_value(bare(content))
            if isinstance(value, kind):
                return value
            raise ValueError("it is not an object" if kind is dict else "it is not an array")
        except _BROKEN as error:
            why = str(error) if type(error) is ValueError else "it is broken"
            reason = f"the entry {name} of this zip file cannot be read: {why}"
            offset, length = self._place(name)
            piece = refused(self._data[offset : offset + length], offset, 1, reason)
            self._log.rejected.append(piece._replace(length=length))
            return None

    def _content(self, entry: zipfile.ZipInfo) -> bytes:
        limit = min(self._left, max(_MIB, RATIO * entry.compress_size))
        if entry.file_size > limit:
            raise ValueError("it becomes too large when it is decompressed")
        if entry.compress_type == _ZSTANDARD:
            content = self._unpacked(entry, limit)
        elif entry.compress_type in _METHODS:
            with self._archive.open(entry) as stream:
                content = stream.read(limit + 1)
        else:
            raise ValueError("it is compressed in a way that is not known")
        if len(content) > limit:
            raise ValueError("it becomes too large when it is decompressed")
        return content

    def _unpacked(self, entry: zipfile.ZipInfo, limit: int) -> bytes:
        """Return an entry that is compressed with zstandard, which Python's zipfile cannot read."""
        import zstandard

        mark, name_bytes, extra_bytes = _LOCAL.unpack_from(self._data, entry.header_offset)
        start = entry.header_offset + _LOCAL.size + name_bytes + extra_bytes
        packed = self._data[start : start + entry.compress_size]
        unpacking = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
        try:
            with unpacking.stream_reader(packed, read_across_frames=True) as stream:
                content = stream.read(limit + 1)
        except zstandard.ZstdError as error:
            raise zipfile.BadZipFile(str(error)) from error
        if mark != ZIP or (len(content) <= limit and zlib.crc32(content) != entry.CRC):
            raise zipfile.BadZipFile("its bytes are not those that were written")
        return content
