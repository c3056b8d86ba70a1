"""`init` on logs of programs that know nothing of us: it writes sources that read them."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from tests.collector.running import good

if TYPE_CHECKING:
    from tests.cli.shell import Shell


def job(second: int, **keys: Any) -> bytes:
    record = {"level": "info", "time": f"2026-11-24T03:00:{second:02}Z", "flow": "refunds", **keys}
    return json.dumps(record).encode() + b"\n"


JOBS = (
    job(0, job_id="j-1", message="order started"),
    job(5, job_id="j-1", message="order finished"),
    job(6, job_id="j-2", message="order started"),
    job(9, job_id="j-2", message="order failed"),
)
NATIVE = (
    b'{"ts":"2026-11-24T03:00:00Z","route":"kyc","event":"run.started","run":"r"}\n'
    b'{"ts":"2026-11-24T03:00:01Z","route":"kyc","event":"run.delivered","run":"r"}\n'
)
TRANSCRIPT = (
    b'{"type":"user","uuid":"u1","parentUuid":null,"sessionId":"s","cwd":"/srv/shop",'
    b'"timestamp":"2026-11-24T03:00:00Z","message":{"role":"user","content":"go"}}\n'
)


def sources(shell: Shell) -> list[dict[str, Any]]:
    document = tomllib.loads((shell.folder / "burnline.toml").read_text())
    found: list[dict[str, Any]] = document["source"]
    return found


def test_a_directory_of_json_lines_gets_a_mapping_that_reads_it(shell: Shell) -> None:
    shell.write("app.log", *JOBS)
    done = shell("init", "logs", "--yes")
    assert (done.code, done.err) == (0, "")
    assert "it reads 4 events from the sample" in done.out
    (source,) = sources(shell)
    assert (source["path"], source["format"], source["preset"]) == ("logs", "generic", "zerolog")
    assert "4 events read" in shell("collect", "--once").out
    (route,) = shell("status", "--json", "--window", "all").document["routes"]
    assert (route["route"], route["total"], route["bad"]) == ("refunds", 2, 1)
    (checked,) = shell("check", "--json").document["sources"]
    assert checked == {
        "path": str(shell.logs),
        "events": 4,
        "refused": 0,
        "reason": None,
        "ignored": [],
        "undecided": [],
    }


def test_logfmt_gets_one_too(shell: Shell) -> None:
    shell.write("app.log", b'ts=2026-11-24T03:00:05Z level=info job=a run=r-1 msg="sync done"\n')
    assert shell("init", "logs", "--yes").code == 0
    assert sources(shell)[0]["preset"] == "logfmt"
    assert "1 events read" in shell("collect", "--once").out


def test_what_the_sample_does_not_tell_is_said_and_left_as_a_choice(shell: Shell) -> None:
    words = (job(n, ticket=f"t-{n}", phase="ab"[n % 2], message="x") for n in range(4))
    shell.write("app.log", *words)
    done = shell("init", "logs", "--yes")
    assert "TO DECIDE: nothing in the sample tells how a run ends" in done.out
    text = (shell.folder / "burnline.toml").read_text()
    assert (
        '\n# event = { from = "/phase", values = { a = "run.delivered", b = "run.failed" }' in text
    )
    assert '\n# run = "/ticket"\n' in text
    check = shell("check")
    assert check.code == 1
    assert "TO DECIDE: `event` in its [source.map]" in check.out
    assert "TO DECIDE: `run` in its [source.map]" in check.out
    shell.settings(text.replace('# event = { from = "/phase"', 'event = { from = "/phase"'))
    assert "TO DECIDE: `event`" not in shell("check").out


RESCUED = (
    job(0, job_id="j-1", message="job accepted"),
    job(1, job_id="j-1", message="cache warmed"),
    job(5, job_id="j-1", message="job completed"),
    job(9, job_id="j-1", message="human fixed output"),
)


def test_every_value_of_the_sample_is_listed_and_what_is_undecided_is_counted(
    shell: Shell,
) -> None:
    shell.write("app.log", *RESCUED)
    done = shell("init", "logs", "--yes")
    assert "TO DECIDE: 1 value of the event is taken for nothing" in done.out
    (source,) = sources(shell)
    assert source["map"]["event"]["values"] == {
        "job accepted": "run.started",
        "job completed": "run.delivered",
        "human fixed output": "rescued",
    }
    text = (shell.folder / "burnline.toml").read_text()
    assert '\n"human fixed output" = "rescued"     # 1 line\n' in text
    assert "\n# TO DECIDE: what these mean. " in text
    assert '\n# "cache warmed" = ""                # 1 line\n' in text


def test_lines_whose_value_means_nothing_are_counted_by_check_and_doctor(shell: Shell) -> None:
    shell.write("app.log", *RESCUED)
    shell("init", "logs", "--yes")
    shell("collect", "--once")
    words = "1 line holds `cache warmed`, mapped to nothing"
    assert f"  WARNING: {words}\n" in shell("check").out
    (checked,) = shell("check", "--json").document["sources"]
    assert checked["ignored"] == [{"value": "cache warmed", "lines": 1}]
    doctor = shell("doctor")
    assert f"WARN mapping: {shell.logs / 'app.log'}: {words}; say in" in doctor.out
    assert shell("status", "--json", "--window", "all").document["store"]["unknown_events"] == []


def test_a_value_that_was_decided_to_mean_nothing_is_not_told_of(shell: Shell) -> None:
    shell.write("app.log", *RESCUED)
    shell("init", "logs", "--yes")
    path = shell.folder / "burnline.toml"
    path.write_text(path.read_text().replace('# "cache warmed"', '"cache warmed"'))
    shell("collect", "--once")
    assert "cache warmed" not in shell("check").out
    assert "cache warmed" not in shell("doctor").out


def test_a_mixed_directory_gets_a_source_for_each_kind(shell: Shell) -> None:
    shell.write("project/one.jsonl", TRANSCRIPT)
    shell.write("jobs/app.log", *JOBS)
    shell.write("jobs/more.log", job(20, job_id="j-3", message="order finished"))
    shell.write("kyc.jsonl", NATIVE)
    shell.write("notes.txt", b"some words\n")
    done = shell("init", "logs", "--yes")
    assert "notes.txt: no known log format in it; it is not read" in done.out
    assert [(source["path"], source["format"]) for source in sources(shell)] == [
        ("logs/jobs", "generic"),
        ("logs/project", "claude-code"),
        ("logs/kyc.jsonl", "native"),
    ]
    assert shell("collect", "--once").code == 0
    routes = shell("status", "--json", "--window", "all").document["routes"]
    assert {(item["route"], item["total"]) for item in routes} >= {("refunds", 3), ("kyc", 1)}


def test_files_of_one_ending_and_kind_beside_others_are_one_pattern(shell: Shell) -> None:
    shell.write("a.log", *JOBS[:2])
    shell.write("b.log", *JOBS[2:])
    shell.write("kyc.jsonl", NATIVE)
    assert shell("init", "logs", "--yes").code == 0
    assert [(source["path"], source["format"]) for source in sources(shell)] == [
        ("logs/*.log", "generic"),
        ("logs/kyc.jsonl", "native"),
    ]
    assert "6 events read" in shell("collect", "--once").out


def test_files_of_two_kinds_with_one_ending_are_named_one_by_one(shell: Shell) -> None:
    shell.write("jobs.jsonl", *JOBS)
    shell.write("kyc.jsonl", NATIVE)
    assert shell("init", "logs", "--yes").code == 0
    assert {source["path"] for source in sources(shell)} == {"logs/jobs.jsonl", "logs/kyc.jsonl"}


def test_a_directory_of_one_known_kind_is_left_to_be_told_from_its_content(shell: Shell) -> None:
    shell.write("kyc.jsonl", NATIVE)
    shell.write("notes.txt", b"some words\n")
    assert shell("init", "logs", "--yes").code == 0
    assert [(source["path"], source["format"]) for source in sources(shell)] == [("logs", "auto")]


def test_native_events_in_local_time_get_a_source_that_asks_for_the_zone(shell: Shell) -> None:
    record = {"asctime": "2026-11-24 03:00:00,123", "levelname": "INFO", "message": "run.delivered"}
    line = json.dumps({**record, "route": "refunds", "run": "r-1"}).encode() + b"\n"
    shell.write("app.log", line)
    assert "say which one the program logs in" in shell("init", "logs", "--yes").out
    path = shell.folder / "burnline.toml"
    path.write_text(path.read_text().replace('# timezone = "UTC"', 'timezone = "UTC"'))
    assert "1 events read" in shell("collect", "--once").out


def test_a_directory_in_which_nothing_is_known_is_named(shell: Shell) -> None:
    shell.write("notes.txt", b"some words\n")
    assert "no known log format in any of its files" in shell("init", "logs", "--yes").out


def test_a_directory_that_is_not_there_is_refused_and_nothing_is_written(shell: Shell) -> None:
    done = shell("init", "nosuch")
    assert (done.code, done.out) == (64, "")
    assert "nosuch: no such file or directory; nothing was written" in done.err
    assert not (shell.folder / "burnline.toml").exists()
    assert not shell.control.exists()


def test_a_directory_that_agents_have_yet_to_make_is_a_source_by_yes(shell: Shell) -> None:
    done = shell("init", "later", "--yes")
    assert "later: no such file or directory yet; it is a source" in done.err
    assert (done.code, shell.control.exists()) == (0, True)
    (shell.folder / "later").mkdir()
    (shell.folder / "later" / "a.jsonl").write_bytes(good("r1"))
    shell("collect", "--once")
    assert [item["route"] for item in shell("status", "--json").document["routes"]] == ["refunds"]


def test_doctor_says_what_to_do_about_a_log_of_another_program(shell: Shell) -> None:
    shell.write("app.log", *JOBS)
    shell("collect", "--once", "logs")
    words = "4 of 4 lines; if another program writes it, `burnline init DIR` guesses a mapping"
    assert f"BAD  refused: {shell.logs / 'app.log'}: {words}" in shell("doctor").out
