"""Fuzz by what code an input reaches: `python -m tests.faults.guided [--runs N] [TARGET...]`.

Needs atheris (`pip install atheris==3.0.0`; wheels are for CPython on Linux). Each target begins
with files that its reader knows. An input that raises what it may not, takes more than 20 s or more
than 1 GB ends it, with a non-zero code and the input kept in the folder that is named.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.faults.scenario import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 65_536
_SETTINGS = b'[[source]]\npath = "logs"\n[route.refunds]\ntier = "high"\nobjective = "99 %"\n'


def names() -> list[str]:
    """Return the names of all targets: a reader each, and what else is read."""
    from tests.faults.corpus import KNOWN

    return [known.name for known in KNOWN] + ["settings", "control", "filter"]


def seeds(name: str) -> list[bytes]:
    """Return the inputs that a target begins with."""
    from tests.faults.corpus import CONTROL, KNOWN

    if name == "settings":
        return [_SETTINGS]
    if name == "control":
        return [json.dumps(CONTROL).encode()]
    if name == "filter":
        return [b'burn>6 !refunds owner:"dana m" tier>=high age<2h']
    known = next(item for item in KNOWN if item.name == name)
    each = [json.dumps(record).encode() for record in known.records]
    return [*each, b"\n".join(each), json.dumps(known.records).encode()]


def target(name: str, folder: Path) -> Callable[[bytes], None]:
    """Return what a target does with an input; `folder` is where it may write."""
    from tests.faults import targets
    from tests.faults.corpus import KNOWN

    if name == "settings":
        return lambda data: targets.load_settings(folder / "burnline.toml", data)
    if name == "control":
        return targets.obey
    if name == "filter":
        return lambda data: targets.understand(data.decode("utf-8", "replace"))
    known = next(item for item in KNOWN if item.name == name)
    return lambda data: targets.read(known, data)


def fuzz(name: str, folder: Path, runs: int, seed: int) -> None:
    """Fuzz one target; does not return: the fuzzer ends the process."""
    import atheris

    (folder / "seeds").mkdir()
    with atheris.instrument_imports(include=["console"], enable_loader_override=False):
        act = target(name, folder)
    for number, data in enumerate(seeds(name)):
        (folder / "seeds" / str(number)).write_bytes(data)
    limits = (f"-max_len={_LONGEST}", "-timeout=20", "-rss_limit_mb=1024", f"-seed={seed}")
    kept: Any = [sys.argv[0], *limits, f"-atheris_runs={runs}", f"-artifact_prefix={folder}/"]
    atheris.Setup([*kept, str(folder / "seeds")], act)
    atheris.Fuzz()


def main(arguments: list[str]) -> int:
    """Fuzz targets, each in a process of its own; 1 where one fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.guided", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all, unless named")
    parser.add_argument("--runs", type=int, default=20_000, help="inputs for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.into:
        fuzz(options.targets[0], options.into, options.runs, options.seed)
    failed = 0
    for name in options.targets or names():
        folder = Path(tempfile.mkdtemp(prefix="burnline-guided-"))
        command = [sys.executable, "-m", "tests.faults.guided", name, "--into", folder]
        done = subprocess.run(
            [*command, f"--runs={options.runs}", f"--seed={options.seed}"],
            cwd=ROOT, check=False, capture_output=True, text=True,
        )  # fmt: skip
        failed += done.returncode != 0
        said = (
            ""
            if done.returncode == 0
            else f"; see {folder}\n{(done.stdout + done.stderr)[-3_000:]}"
        )
        sys.stdout.write(f"{name}: {'kept' if done.returncode == 0 else 'FAILED'}{said}\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
