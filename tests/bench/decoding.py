"""`python -m tests.bench.decoding LOGS`: the bound of every reader in Python, decoding alone.

`decode_lines` of msgspec over blocks of 64 KiB, into what the ledger needs of a line; nothing is
done with it. Prints how many lines there were.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

BLOCK_BYTES = 64 * 1024


class Line(msgspec.Struct, gc=False):
    """The fields that a verdict depends on."""

    ts: str
    route: str
    run: str
    event: str
    check: str | None = None
    sla_s: float | None = None


def main(logs: Path) -> int:
    """Decode all files of a folder; return how many lines they have."""
    decode = msgspec.json.Decoder(Line).decode_lines
    count = 0
    for path in sorted(logs.iterdir()):
        descriptor, rest = os.open(path, os.O_RDONLY), b""
        while block := os.read(descriptor, BLOCK_BYTES):
            end = block.rfind(b"\n") + 1
            count += len(decode(rest + block[:end]))
            rest = block[end:]
        os.close(descriptor)
    return count


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]))}\n")
