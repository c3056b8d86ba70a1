"""The two kinds of Inspect AI log file -> header and samples: a JSON document, or a zip of them.

Documents are read here, zips (`.eval`) in `inspect_zip`.
"""

from __future__ import annotations

from console.intake.formats.inspect_zip import ZIP, Log, Part, read_zip
from console.intake.formats.loose import array, bare, json_value, places, refused, table

__all__ = ["ZIP", "Log", "Part", "read_log"]


def read_log(data: bytes) -> Log:
    """Read a log file of either kind; what cannot be read is refused, with its reason."""
    if data.startswith(ZIP):
        return read_zip(data)
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
