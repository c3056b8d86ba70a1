"""`python -m tests.bench.opening STORE ROUTES`: opens a store and computes all burn rates once."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from console.store.connect import attach
from tests.bench.cases.burn import Fleet

if __name__ == "__main__":
    Fleet(attach(Path(sys.argv[1])), int(sys.argv[2]), time.time_ns() // 1_000)
