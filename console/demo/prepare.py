"""Recorded logs made current: copied with every time moved so that the recording ends now."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import msgspec

from console.simulate.lines import instant, stamp
from console.simulate.truth import read_truth, truth_path

_MILLISECOND_US = 1_000
_TIME = re.compile(rb'"ts":"([^"]+)"')
"""Times are looked for as text: inside a JSON string the quotes would be escaped."""


class DemoPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What was prepared: the moved logs, the settings beside them, and by how much they moved."""

    logs: Path
    settings: Path
    recorded_end_us: int
    shift_us: int
    routes: tuple[str, ...]

    def agents_command(self, control: Path, speed: float = 60, seed: int = 1) -> list[str]:
        """Return the command line that runs the sample agents on these logs."""
        module = [sys.executable, "-m", "console.demo.agents"]
        paths = ["--control", str(control), "--logs", str(self.logs)]
        return [*module, *paths, "--speed", str(speed), "--seed", str(seed)]


def locate_sample_logs() -> Path:
    """Return the directory with the sample logs, which a clone of the repository has.

    Raises:
        FileNotFoundError: the package was installed without them.
    """
    found = Path(__file__).resolve().parents[2] / "sample_logs"
    if not truth_path(found / "logs").is_file():
        raise FileNotFoundError(
            f"there are no sample logs at {found}: run the demo from a clone of the repository"
        )
    return found


def prepare(sample: Path, into: Path, now_us: int) -> DemoPlan:
    """Copy the logs and settings in `sample` into `into`, moved so that the recording ends now.

    Lines keep their order, their distances and their shape; times move by whole milliseconds.

    Raises:
        FileNotFoundError: `sample` has no recording, or no settings.
        FileExistsError: `into` holds logs already.
    """
    source = sample / "logs"
    recorded_end_us = instant(read_truth(truth_path(source)).until)
    shift_us = (now_us - recorded_end_us) // _MILLISECOND_US * _MILLISECOND_US
    into.mkdir(parents=True, exist_ok=True)
    logs = into / "logs"
    logs.mkdir()
    for path in sorted(source.glob("*/*.jsonl")):
        target = logs / path.relative_to(source)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(shifted(path.read_bytes(), shift_us))
    settings = into / "burnline.toml"
    shutil.copyfile(sample / "burnline.toml", settings)
    return DemoPlan(
        logs=logs,
        settings=settings,
        recorded_end_us=recorded_end_us,
        shift_us=shift_us,
        routes=tuple(sorted(path.name for path in logs.iterdir())),
    )


def shifted(lines: bytes, shift_us: int) -> bytes:
    """Return log lines with every `ts` moved by `shift_us`, otherwise unchanged."""

    def moved(found: re.Match[bytes]) -> bytes:
        return f'"ts":"{stamp(instant(found[1].decode()) + shift_us)}"'.encode()

    return _TIME.sub(moved, lines)
