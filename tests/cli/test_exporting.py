"""`export` and `collect --metrics` from the command line."""

from __future__ import annotations

import shlex
import socket
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.shell import eventually
from tests.collector.running import event, good

if TYPE_CHECKING:
    from tests.cli.shell import Shell


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.settings('[[source]]\npath = "logs"\n[route.refunds]\ntier = "high"\n')
    shell.write("a.jsonl", good("g"), event("run.failed", "f", 5, reason="=cmd|' /C calc'!A0"))
    assert shell("collect", "--once").code == 0
    return shell


def test_openslo_and_rules_are_yaml_streams(filled: Shell) -> None:
    openslo = filled("export", "openslo")
    assert openslo.code == 0
    assert openslo.out.startswith('---\napiVersion: "openslo/v1"\n')
    assert "target: 0.99\n" in openslo.out
    rules = filled("export", "prometheus")
    assert rules.code == 0
    assert "alert: BurnlineBudgetBurn\n" in rules.out


def test_what_is_exported_as_openslo_is_imported_again(filled: Shell) -> None:
    pytest.importorskip("yaml", reason="no YAML reader here (PyYAML)")
    exported = filled.folder / "slo.yaml"
    assert filled("export", "openslo", "--out", exported).code == 0
    out = filled.folder / "imported.toml"
    done = filled("import", "openslo", exported, "--out", out)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"wrote {out}: 1 routes; `burnline check` names what is still blank\n"
    again = filled("--settings", out, "export", "openslo")
    assert again.out == exported.read_text()
    done = filled("import", "openslo", exported, "--out", out)
    assert (done.code, "File exists" in done.err) == (1, True)
    assert filled("--read-only", "import", "openslo", exported, "--out", out).code == 1


def test_what_an_import_leaves_behind_is_said_and_stands_in_the_settings(filled: Shell) -> None:
    pytest.importorskip("yaml", reason="no YAML reader here (PyYAML)")
    path = filled.folder / "slo.yaml"
    text = filled("export", "openslo").out
    path.write_text(text.replace("notificationTargets: []", "notificationTargets: [{a: b}]"))
    done = filled("import", "openslo", path)
    assert done.code == 0
    said = done.err.splitlines()
    assert said
    assert all(line.startswith(f"left behind: {path}:") for line in said)
    assert all("spec.notificationTargets is not carried over" in line for line in said)
    left = [line for line in done.out.splitlines() if line.startswith("# Left behind: ")]
    assert len(left) == len(said)


def test_an_import_that_would_change_a_meaning_writes_nothing(filled: Shell) -> None:
    pytest.importorskip("yaml", reason="no YAML reader here (PyYAML)")
    path = filled.folder / "slo.yaml"
    path.write_text(filled("export", "openslo").out.replace("target: 0.99", "target: 1"))
    done = filled("import", "openslo", path)
    assert (done.code, done.out) == (1, "")
    assert "objectives[0].target is 1, which is no share" in done.err
    path.write_text("a: &a [*a]")
    assert "anchor or alias" in filled("import", "openslo", path).err
    path.write_text("")
    assert "there is no SLO in it" in filled("import", "openslo", path).err
    assert "No such file" in filled("import", "openslo", filled.folder / "none").err


def test_csv_is_of_routes_or_of_misses(filled: Shell) -> None:
    assert filled("export", "csv").out.splitlines()[1].startswith("refunds,high,")
    rows = filled("export", "csv", "--misses").out.splitlines()
    assert len(rows) == 2
    assert ",refunds,f,trust," in rows[1]


def test_a_file_is_written_and_an_unknown_route_is_refused(filled: Shell) -> None:
    out = filled.folder / "slo.yaml"
    assert filled("export", "openslo", "--out", out).out == f"wrote {out}\n"
    assert out.read_text() == filled("export", "openslo").out
    done = filled("export", "openslo", "--route", "nosuch")
    assert (done.code, "nosuch is not known" in done.err) == (1, True)


def test_metrics_go_with_a_collector_that_stays(filled: Shell) -> None:
    assert filled("collect", "--once", "--metrics", "9999").code == 64


def test_a_collector_serves_metrics_of_its_store(filled: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = filled("collect", "--metrics", str(port))
        assert (done.code, f"--metrics {port}: " in done.err) == (1, True)
    command = ("-m", "console", *filled.command("collect", "--metrics", str(port)))
    with filled.started(*command):
        text = eventually(lambda: _scraped(port), "metrics are served")
    assert 'burnline_budget_ratio{route="refunds"} 0.01\n' in text


def _scraped(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def test_what_an_objective_would_have_paged_is_recomputed_by_its_command(filled: Shell) -> None:
    options = ("--from", "2026-03-01T00:00:00Z", "--to", "2026-03-03T00:00:00Z")
    done = filled("review", *options, "--format", "json")
    (view,) = done.document["routes"]
    assert view["objectives"]
    for one in view["objectives"]:
        command = shlex.split(one["pages"]["command"])[1:]
        (route,) = filled(*command, "--json").document["routes"]
        again: Any = next(
            other for other in route["objectives"] if other["objective"] == one["objective"]
        )
        assert again["pages"] == one["pages"]
        assert again["tickets"] == one["tickets"]
