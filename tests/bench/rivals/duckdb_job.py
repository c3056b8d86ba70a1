"""`duckdb_job.py LOGS DATABASE`: the whole job in SQL; `--show DATABASE` prints minute counts.

Runs joined, five classes of misses, minute counts, all kept in a database file. The rules are those
that the benchmark's logs need. What it does not do: resume in the middle of a file, take late lines
and corrections, keep evidence, or refuse what it cannot read.
"""

import sys

import duckdb

_LINES = """
create temp table line as
select route, run, event, epoch_ms(ts) as at_ms, coalesce("check", '') as verdict, sla_s
from read_json('{logs}/*.jsonl', format='newline_delimited', columns={{ts: 'TIMESTAMP',
    route: 'VARCHAR', run: 'VARCHAR', event: 'VARCHAR', "check": 'VARCHAR', sla_s: 'DOUBLE'}})
"""
_RUNS = """
create table run as
select route, run,
    min(at_ms + (sla_s * 1000)::bigint) filter (event = 'run.started') as due,
    min(at_ms) filter (
        event in ('run.delivered', 'run.failed', 'run.cancelled', 'handoff')) as ended,
    min(at_ms) filter (event = 'run.delivered') as delivered,
    min(at_ms) filter (event = 'handoff') as handed,
    min(at_ms) filter (event = 'uncertain') as doubt,
    bool_or(event = 'run.cancelled') as cancelled
from line group by all
"""
_MISSES = """
create table miss as
with verdict as (
    select line.*, delivered, at_ms > delivered as after,
        lead(event) over (partition by line.route, line.run, verdict, at_ms > delivered
            order by at_ms, event = 'check.failed') is null as stands,
        min(at_ms) over (partition by line.route, line.run, verdict, at_ms > delivered) as first
    from line join run using (route, run) where verdict <> '' and delivered is not null
), answered as (
    select distinct route, run from line join run using (route, run)
    where doubt is not null and at_ms between doubt and doubt + 900000 and event in (
        'run.delivered', 'run.failed', 'run.cancelled', 'handoff', 'certain', 'approval.requested')
)
select route, run, 'latency' as class, due as at_ms from run
    where not cancelled and due is not null and (ended is null or ended > due)
union all select route, run, 'trust', at_ms from line join run using (route, run)
    where event = 'run.failed' and not cancelled and (handed is null or handed > at_ms)
union all select route, run, 'trust', case when after then first else delivered end from verdict
    where stands and event = 'check.failed'
union all select route, run, 'escalation', doubt + 900000 from run anti join answered
    using (route, run) where doubt is not null and not cancelled
union all select route, run, case event when 'action.denied' then 'permission' else 'recovery' end,
    at_ms from line where event in ('action.denied', 'recovery.failed')
"""
_MINUTES = """
create table minute as
with bad as (
    select route, run, min(at_ms) as at_ms, bool_or(class = 'latency') as latency,
        bool_or(class = 'trust') as trust, bool_or(class = 'escalation') as escalation,
        bool_or(class = 'permission') as permission, bool_or(class = 'recovery') as recovery
    from miss group by all
), closed as (
    select route, coalesce(bad.at_ms, ended) // 60000 as at_ms, bad.at_ms is not null as bad,
        bad.* exclude (route, run, at_ms)
    from run left join bad using (route, run)
    where bad.at_ms is not null or (not cancelled and ended is not null)
)
select route, at_ms, count(*) as total, count(*) filter (bad) as bad,
    count(*) filter (latency) as latency, count(*) filter (trust) as trust,
    count(*) filter (escalation) as escalation, count(*) filter (permission) as permission,
    count(*) filter (recovery) as recovery
from closed group by route, at_ms
"""


def main() -> None:
    """Do the job, or show its minute counts as CSV."""
    if sys.argv[1] == "--show":
        for row in duckdb.connect(sys.argv[2]).execute("from minute").fetchall():
            sys.stdout.write(",".join(map(str, row)) + "\n")
        return
    logs, database = sys.argv[1:3]
    connection = duckdb.connect(database, config={"threads": 1})
    for statement in (_LINES.format(logs=logs), _RUNS, _MISSES, _MINUTES):
        connection.execute(statement)


main()
