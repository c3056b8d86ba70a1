"""Imported SLOs as tables of burnline.toml, with what was left behind as comments."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from console.burn import rules
from console.export.decimals import exact
from console.settings import SettingsError, load_text
from console.settings.problems import dotted
from console.settings.rules import BUILT_IN_RULES
from console.settings.template_keys import duration, share, toml_text
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from console.export.openslo_alerts import Alert
    from console.export.openslo_reading import Imported

_PPM = 1_000_000


def tables(routes: Iterable[Imported]) -> str:
    """Return one `[route.*]` table a route, ready to stand in burnline.toml."""
    return "\n".join(_table(route) for route in routes)


def refused(route: Imported) -> list[str]:
    """Return why the settings would refuse a route, such as a threshold that can never fire."""
    try:
        load_text(_table(route), Path())
    except SettingsError as error:
        return [f"{route.place}: {words.partition(': ')[2]}" for words in error.problems]
    return []


def _table(route: Imported) -> str:
    lines = [f"# From {route.place}."]
    lines += [f"# Left behind: {clean(str(note))}." for note in route.notes]
    lines += [f"[{dotted(('route', route.route))}]", f"tier = {toml_text(route.tier)}"]
    if route.outcome:
        lines.append(f"outcome = {toml_text(clean(route.outcome))}")
    lines += [
        f"objective = {share(_PPM - route.budget_ppm)}",
        f"window = {toml_text(route.window.text)}",
    ]
    if route.window.unit is not None:
        lines.append(f"timezone = {toml_text(route.window.timezone)}")
    if route.alerts is not None:
        lines.append(f"rules = {_rules(route, route.alerts)}")
    return "\n".join(lines) + "\n"


def _rules(route: Imported, alerts: Sequence[Alert]) -> str:
    """Return burn rules; those that `export` writes for built-in ones are the built-in ones."""
    built_in = [
        (rule.severity, rule.long_us, rule.short_us, Decimal(exact(rule.k)))
        for rule in rules.built_in(route.window, route.budget_ppm)
    ]
    if built_in == [(*alert[:3], Decimal(alert.k)) for alert in alerts]:
        return toml_text(BUILT_IN_RULES)
    return f"[{', '.join(map(_rule, alerts))}]"


def _rule(alert: Alert) -> str:
    short = "" if alert.short_us is None else f"short = {duration(alert.short_us)}, "
    return (
        f"{{ severity = {toml_text(alert.severity.value)}, long = {duration(alert.long_us)}, "
        f"{short}k = {alert.k} }}"
    )
