"""Settings files for the tests: written, loaded, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.settings import RouteSettings, Settings, SettingsError, load

FULL = """\
[store]
path = "burnline.db"
retention = "400d"

[control]
path = "control/control.json"
stale_after = "off"
grace = "1h"

[[source]]
path = "logs"
format = "auto"
route = "{cwd_name}"

[[notify]]
url = "mailto://..."
severity = ["page", "ticket"]
quiet_hours = "22:00-07:00"

[tier.high]
objective = "99%"
window = "30d"

[route.refunds]
tier = "high"
unit = "run"
outcome = "refund settled and confirmed to the customer"
requires = ["qa", "evidence"]
verdict_within = "1h"
owner = "payments on-call"
deputy = "platform on-call"
sla = "10m"
escalate_within = "15m"
recover_within = "1h"
receipt_within = "30s"
abandon_after = "24h"
absent_after = "auto"
schedule = "Mon-Fri 08:00-18:00"
exhausts_within = "3d"
ack_timeout = "30m"
probation_after = "1h"
approval_required = ["refund.send"]
zero_tolerance = ["permission"]
caps = { trust = "0.5%" }
max_handoff_rate = "20%"
freeze_kinds = ["prompt", "policy", "tool", "model", "launch"]
min_runs = 10
min_misses = 2
rules = [ { severity = "page", long = "1h", short = "5m", k = 14.4 } ]
on_fault = "closed"
ladder = [
    { left = "50%", do = "freeze" },
    { left = "0%", do = "pause", mode = "auto" },
    { on = "permission", do = "pause", mode = "auto" },
]
exit = { remaining = "10%", trusted_in_a_row = 20 }
rates = { rescue_per_hour = 60, approval_per_hour = 40, delay_per_hour = 15, currency = "EUR" }
dry_run = false
"""
"""Every key there is, as the command line's reference shows them."""


def write(directory: Path, text: str) -> Path:
    path = directory / "burnline.toml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(directory: Path, text: str) -> Settings:
    return load(write(directory, text))


def route(directory: Path, keys: str, before: str = "") -> RouteSettings:
    """Return the route of a file that has one, with some keys."""
    return loaded(directory, f"{before}\n[route.refunds]\n{keys}\n").routes["refunds"]


def refused(directory: Path, text: str) -> list[str]:
    """Return the problems of a file that must be refused."""
    with pytest.raises(SettingsError) as caught:
        loaded(directory, text)
    return caught.value.problems


def refusal(directory: Path, keys: str, before: str = "") -> str:
    """Return the one problem of a route table, without file and line."""
    problems = refused(directory, f"{before}\n[route.refunds]\n{keys}\n")
    assert len(problems) == 1, problems
    return problems[0].split(": ", 1)[1]
