"""The two kinds of Inspect AI log file -> header and samples: a JSON document, or a zip of them.

A zip (`.eval`) holds `header.json`, written at the end, `_journal/start.json`, written at the
start, and one file a sample. It is read from memory, within bounds: one small file must not become
more than the machine can hold.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from console.intake.formats.loose import array, bare, json_value, places, refused, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.intake.reading import Rejected

ZIP = b"PK\x03\x04"
_MIB = 1 << 20
DECOMPRESSED_BYTES = 256 * _MIB
"""No zip is read further than this, decompressed."""
RATIO = 200
"""No entry over 1 MiB is read whose bytes become more than so many times as many."""
_HEADERS = ("header.json", "_journal/start.json")
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
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


def read_log(data: bytes) -> Log:
    """Read a log file of either kind; what cannot be read is refused, with its reason."""
    if data.startswith(ZIP):
        return _zipped(data)
    document = bare(data)
    try:
        header = json_value(document)
    except ValueError as error:
        return Log({}, [], [refused(data, 0, 1, str(error))])
    if not isinstance(header, dict):
        return Log({}, [], [refused(data, 0, 1, "this document is not an evaluation log")])
    samples = array(header.get("samples"))
    start = len(data) - len(data.lstrip(b"\xef\xbb\xbf \t\r\n\x00"))
    found = [(start + place, length) for place, length in places(document, ("samples",))]
    if len(found) != len(samples):
        found = [(0, len(data))] * len(samples)
    parts = [Part(table(sample), *place) for sample, place in zip(samples, found, strict=True)]
    return Log(header, parts, [])


def _zipped(data: bytes) -> Log:
    log = Log({}, [], [])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part, name in _entries(archive, data, log.rejected):
                if name.startswith("samples/"):
                    log.samples.append(part)
                elif name == _HEADERS[0] or not log.header:
                    log.header.clear()
                    log.header.update(part.value)
    except _BROKEN:
        log.rejected.append(refused(data, 0, 1, "this zip file is cut off or broken"))
    return log


def _entries(
    archive: zipfile.ZipFile, data: bytes, rejected: list[Rejected]
) -> Iterator[tuple[Part, str]]:
    """Yield the headers and samples; of two entries of one name the zip knows the later one."""
    left = DECOMPRESSED_BYTES
    for name, entry in archive.NameToInfo.items():
        sample = name.startswith("samples/") and name.endswith(".json")
        if not sample and name not in _HEADERS:
            continue
        offset, length = entry.header_offset, entry.compress_size
        try:
            text = _read(archive, entry, left)
            left -= len(text)
            value = _object(text)
        except _BROKEN as error:
            why = str(error) if type(error) is ValueError else "it is broken"
            reason = f"the entry {name} of this zip file cannot be read: {why}"
            piece = refused(data[offset : offset + length], offset, 1, reason)
            rejected.append(piece._replace(length=length))
        else:
            yield Part(value, offset, length), name


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    if entry.compress_type not in _METHODS:
        raise ValueError("it is compressed in a way that is not known")
    limit = min(left, max(_MIB, RATIO * entry.compress_size))
    if entry.file_size > limit:
        raise ValueError("it becomes too large when it is decompressed")
    with archive.open(entry) as stream:
        text = stream.read(limit + 1)
    if len(text) > limit:
        raise ValueError("it becomes too large when it is decompressed")
    return text


def _object(text: bytes) -> dict[str, Any]:
    value = json_value(bare(text))
    if isinstance(value, dict):
        return value
    raise ValueError("it is not an object")
