"""The machine as far as numbers depend on it."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from console.store import connect
from tests.bench.report import Machine


def describe() -> Machine:
    """Return what this machine is; without names, addresses and paths."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        python=f"{platform.python_implementation()} {version}",
        sqlite=".".join(map(str, connect.version())),
        load=round(os.getloadavg()[0], 2),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
