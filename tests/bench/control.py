"""The guard check, and how soon agents obey: `python tests/bench/control.py`.

The same as `python -m tests.bench guard obey`, whose options it takes.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.command import main

if __name__ == "__main__":
    sys.exit(main(["guard check", "obeying an order", *sys.argv[1:]]))
