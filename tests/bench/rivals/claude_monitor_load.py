"""`claude_monitor_load.py PROJECTS`: what Claude Code Usage Monitor does before it can draw."""

import sys

from claude_monitor.data.reader import load_usage_entries


def main() -> None:
    """Load every entry, and say how many there are."""
    entries, _ = load_usage_entries(data_path=sys.argv[1])
    sys.stdout.write(f"{len(entries)}\n")


main()
