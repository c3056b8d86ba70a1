"""`polars_counts.py LOGS PARQUET`: lines by route, minute and event, kept; `--show PARQUET`."""

import sys

import polars


def main() -> None:
    """Count, or show what was counted as CSV."""
    if sys.argv[1] == "--show":
        for row in polars.read_parquet(sys.argv[2]).iter_rows():
            sys.stdout.write(",".join(map(str, row)) + "\n")
        return
    logs, parquet = sys.argv[1:3]
    schema = dict.fromkeys(("ts", "route", "event"), polars.String)
    lines = polars.scan_ndjson(f"{logs}/*.jsonl", schema=schema)
    minute = polars.col("ts").str.slice(0, 16).alias("minute")
    counts = lines.group_by("route", minute, "event").agg(polars.len())
    counts.sink_parquet(parquet)


main()
