"""`duckdb_counts.py LOGS DATABASE`: lines by route, minute and event, kept; `--show DATABASE`."""

import sys

import duckdb

_COLUMNS = "{ts: 'TIMESTAMP', route: 'VARCHAR', event: 'VARCHAR'}"


def main() -> None:
    """Count, or show what was counted as CSV."""
    if sys.argv[1] == "--show":
        query = "select route, minute, event, number from counts"
        for row in duckdb.connect(sys.argv[2]).execute(query).fetchall():
            sys.stdout.write(",".join(map(str, row)) + "\n")
        return
    logs, database = sys.argv[1:3]
    connection = duckdb.connect(database, config={"threads": 1})
    connection.execute(
        "create table counts as select route, epoch_ms(ts) // 60000 as minute, event, "
        f"count(*) as number from read_json('{logs}/*.jsonl', format='newline_delimited', "
        f"columns={_COLUMNS}) group by all"
    )


main()
