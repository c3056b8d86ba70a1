"""The burnline.toml that `init` writes: every key with its value and what it means.

The tiers in it say exactly what is built in, so that a first file changes nothing until somebody
edits it; what nobody knows yet stands there as a comment, to be filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from console.model import CHANGE_KINDS
from console.settings.channels import FORMATS
from console.settings.problems import dotted
from console.settings.template_keys import TIER_LINES, share, toml_list, toml_text, toml_value
from console.settings.template_lines import line, table
from console.settings.template_map import Choice, Seen, mapping
from console.settings.tiers import BUILT_IN, DEFAULT_TIER
from console.settings.types import RouteSettings, Settings
from console.settings.values import duration_text
from console.text import clean, name

_HEAD = """\
# What burnline watches, and what it does about it.
# Durations are text ("90s", "10m", "1h30m", "30d"), shares are text with a percent sign, and an
# unknown key is an error. Nothing in this file acts by itself until a ladder says mode = "auto".
# `burnline check` names what is wrong and what is still blank.
"""
_TIERS = """\
# Tiers. A route takes from its tier whatever its own table does not say. These are the built-in
# values: leaving a line, or a whole table, out changes nothing.
"""
_ROUTES = """\
# Routes. Every key of a tier may be set on a route too. A route is not ready while one of the five
# questions is blank; the third, how fast its budget burns, is answered by its logs.
"""
_REDACT = """\
# Secrets (passwords, tokens, keys) in agent text are replaced by a mark before it is stored.
[redact]"""
_KEEP = '{ latency = "30d", permission = "400d" }'
_NOTIFY = """\
# Where alerts go. Without a channel they are only shown.
# `burnline notify test` tries every channel out.
# [[notify]]
# url = "mailto://..."            # any Apprise URL; or file = "alerts.jsonl"; or command = ["..."]
# severity = ["page", "ticket"]
# quiet_hours = "22:00-07:00"     # tickets wait until it ends; pages never do
# timezone = "Europe/Berlin"      # of the quiet hours; default: the machine's
"""
_NO_SOURCE = """\
# Where logs are. Several [[source]] tables may stand here.
# [[source]]
# path = "logs"                   # file, directory (with all below it) or glob
# format = "auto"                 # or native, generic, otlp, claude-code, ...
"""


class RouteProposal(NamedTuple):
    """A route that `init` found, and what is known of it; empty texts are not known."""

    name: str
    tier: str = DEFAULT_TIER
    owner: str = ""
    outcome: str = ""


class SourceProposal(msgspec.Struct, frozen=True):
    """A place with logs that `init` found. `route` is a template for formats that name none.

    `options` are the format's own keys: for `generic` its preset, and its `map`, of which `choices`
    are still open; `seen` is what its event is told from.
    """

    path: str
    format: str = "auto"
    route: str = ""
    options: dict[str, object] = {}
    choices: tuple[Choice, ...] = ()
    seen: Seen = Seen()


def render(routes: Iterable[RouteProposal], sources: Iterable[SourceProposal]) -> str:
    """Return a commented burnline.toml for some routes and sources, ready to be loaded.

    Every built-in tier is written out, whether or not a route uses it: the risk of a route is
    decided by reading them beside each other.

    Raises:
        ValueError: what is proposed could not be loaded: a route without a name or there twice, a
            tier that is not built in, a format that is not read, a path that is not Unicode.
    """
    wanted, places = list(routes), list(sources)
    _sound(wanted, places)
    parts = [_HEAD, _store(), _redact(), _control()]
    parts += [_source(place) for place in places] or [_NO_SOURCE]
    parts += [_NOTIFY, _console(), _TIERS]
    parts += [tier_table(tier) for tier in BUILT_IN.values()]
    parts += [_ROUTES, *(_route(route) for route in wanted)]
    return "\n".join(parts)


def _sound(routes: Sequence[RouteProposal], sources: Sequence[SourceProposal]) -> None:
    seen: set[str] = set()
    for route in routes:
        if not route.name.strip() or name(route.name) in seen:
            raise ValueError(f"the route {route.name!r} has no name, or is proposed twice")
        if route.tier not in BUILT_IN:
            raise ValueError(f"the tier {route.tier!r} is not built in")
        seen.add(name(route.name))
    for source in sources:
        if source.format not in FORMATS:
            raise ValueError(f"the format {source.format!r} is not read")


def tier_table(tier: RouteSettings) -> str:
    """Return a tier as its table, every key with its value and a comment."""
    lines = [line(key, value(tier), comment) for key, value, comment in TIER_LINES]
    return table(f"[{dotted(('tier', tier.name))}]", lines)


def _store() -> str:
    retention = toml_text(duration_text(Settings().retention_us))
    lines = [
        line("path", '"burnline.db"', "default: the user's data folder", known=False),
        line("retention", retention, "how long evidence is kept; counts stay"),
    ]
    lines.append(line("keep", _KEEP, "raw lines of misses, by class, for less", known=False))
    return table("[store]", lines)


def _redact() -> str:
    lines = [
        line("keys", '["pan"]', "what stands under these keys is a secret too", known=False),
        line("patterns", "['ACME-[0-9a-f]{16}']", "what matches is a secret (RE2)", known=False),
    ]
    return table(_REDACT, lines)


def _control() -> str:
    lines = [
        line("path", '"control/control.json"', "what agents read", known=False),
        line("stale_after", '"off"', "age at which agents distrust the control file"),
        line("grace", '"1h"', 'how long on_fault = "last_known" holds'),
        line("signing_key", '"signing.pem"', "sign it: burnline signing-key", known=False),
    ]
    return table("[control]", lines)


def _console() -> str:
    comment = "ring, and change the terminal's title, on a new page"
    lines = [
        line("bell", "true", comment),
        line("theme", '"dark"', "dark, light, colour-blind or ansi"),
        line("animations", "true", "false: nothing on the screen moves by itself"),
        line("remember", "true", "view, sort, filter and theme, in the state folder"),
        line("keys", "{}", '{ action = key }, such as { "route.act" = "x" }: burnline keys'),
    ]
    return table("[console]", lines)


def _source(source: SourceProposal) -> str:
    lines = [
        line("path", toml_text(source.path), "file, directory (with all below it) or glob"),
        line(
            "format",
            toml_text(source.format),
            f"one of {FORMATS[0]}, {FORMATS[1]}, ...; see the README",
        ),
    ]
    comment = "for formats that name no route"
    if source.route:
        lines.append(line("route", toml_text(source.route), comment))
    elif not source.options:
        lines.append(line("route", '"{cwd_name}"', comment, known=False))
    if "preset" in source.options:
        preset = toml_value(source.options["preset"])
        lines.append(line("preset", preset, "where this logger puts time, level and message"))
    written = table("[[source]]", lines)
    mapped = source.options.get("map")
    if not isinstance(mapped, dict):
        return written
    return f"{written}\n{mapping(mapped, source.choices, source.seen)}"


def _route(route: RouteProposal) -> str:
    tier = BUILT_IN[route.tier]
    outcome, owner = clean(route.outcome), clean(route.owner)
    every_kind = toml_list(CHANGE_KINDS)
    lines = [
        line("tier", toml_text(route.tier), f"objective {share(1_000_000 - tier.budget_ppm)}"),
        line(
            "outcome",
            toml_text(outcome or "settled and confirmed"),
            "question 1: what counts as a trusted outcome",
            known=bool(outcome),
        ),
        line("requires", '["qa", "evidence"]', "question 1: checks that must pass", known=False),
        line("sla", '"10m"', "question 2: a run later than this has missed", known=False),
        line("recover_within", '"1h"', "question 2: a bad run must recover", known=False),
        line("approval_required", '["refund.send"]', "question 2: need a grant", known=False),
        line(
            "owner",
            toml_text(owner or "payments on-call"),
            "question 4: who intervenes when the budget is spent",
            known=bool(owner),
        ),
        line("deputy", '"platform on-call"', "told when the owner does not answer", known=False),
        line("freeze_kinds", every_kind, "question 5: changes a freeze stops", known=False),
        line("ladder", _LADDER, "proposed, not automatic", known=False),
    ]
    return table(f"[{dotted(('route', name(route.name)))}]", lines)


_LADDER = '[{ left = "50%", do = "freeze" }, { left = "0%", do = "pause" }]'
