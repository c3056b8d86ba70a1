"""Finding burnline.toml and reading it: all of it is right, or every problem is named at once."""

from __future__ import annotations

from pathlib import Path

from console.settings import channels, check, document, kinds, level, looks, storing, tiers, words
from console.settings.level import Level
from console.settings.lines import KeyPath
from console.settings.problems import Problems, SettingsError, quoted
from console.settings.table import Table
from console.settings.tiers import BUILT_IN, DEFAULT_TIER, derive_tier
from console.settings.types import Settings
from console.text import name as safe_name

__all__ = ["FILE_NAME", "SettingsError", "find", "load", "load_text"]

FILE_NAME = "burnline.toml"

_SECTIONS = ("store", "control", "redact", "source", "notify", "console", "tier", "route")
_CONTROL_KEYS = ("path", "stale_after", "grace", "signing_key")
_ANSWERS = {
    "risk": tiers.LEVELS,
    "reversibility": tiers.REVERSIBILITIES,
    "rescue_cost": tiers.LEVELS,
}
_ROUTE_KEYS = ("tier", *_ANSWERS, *level.TIER_KEYS)
_HOMES = {
    **dict.fromkeys(_ROUTE_KEYS, "[route.NAME] or [tier.NAME]"),
    **dict.fromkeys(looks.CONSOLE_KEYS, "[console]"),
    **dict.fromkeys(storing.STORE_KEYS, "[store]"),
    **dict.fromkeys(storing.REDACT_KEYS, "[redact]"),
    **dict.fromkeys(_CONTROL_KEYS, "[control]"),
    "path": "[store], [control] or [[source]]",
}
"""Where keys belong that were written above every heading."""


def find(explicit: Path | None, cwd: Path, config_home: Path) -> Path | None:
    """Return the settings file to load: `explicit`, else the one in `cwd`, else the user's.

    None means that there is none. One that exists but cannot be used is returned all the same, so
    that `load` says what is wrong with it instead of the built-in settings holding in silence.
    """
    if explicit is not None:
        return cwd / explicit
    for place in (cwd / FILE_NAME, config_home / "burnline" / FILE_NAME):
        try:
            place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return place
        return place
    return None


def load(path: Path | None) -> Settings:
    """Return the settings in a file, or the built-in ones where `path` is None.

    Raises:
        SettingsError: the file cannot be read, or anything in it is wrong; names all of it.
    """
    if path is None:
        return Settings(tiers=dict(BUILT_IN))
    return _loaded(path, *document.read(path))


def load_text(text: str, path: Path) -> Settings:
    """Return the settings in a text, as if it stood in a file of that name.

    Raises:
        SettingsError: anything in it is wrong; names all of it.
    """
    return _loaded(path, *document.parsed(text, path))


def _loaded(path: Path, values: dict[str, object], lines: dict[KeyPath, int]) -> Settings:
    problems = Problems(path, lines)
    try:
        settings = _settings(Table(values, (), problems), path.absolute())
    except RecursionError:
        document.too_deep(path)
    problems.raise_any()
    return settings


def _settings(root: Table, path: Path) -> Settings:
    root.refuse_unknown(_SECTIONS, _HOMES)
    place = words.path(path.parent)
    store, control = root.inner("store"), root.inner("control")
    store.refuse_unknown(storing.STORE_KEYS)
    control.refuse_unknown(_CONTROL_KEYS)
    known = _tiers(root.inner("tier"))
    routes = _routes(root.inner("route"), known)
    default = Settings()
    settings = Settings(
        path=path,
        store_path=store.take("path", place, None),
        retention_us=store.take("retention", kinds.duration, default.retention_us),
        keep_us=storing.keep(store),
        control_path=control.take("path", place, None),
        signing_key=control.take("signing_key", place, None),
        stale_after_us=control.take("stale_after", kinds.optional(kinds.duration), None),
        grace_us=control.take("grace", kinds.duration, default.grace_us),
        redact=storing.redact(root.inner("redact")),
        sources=channels.sources(root, path.parent),
        notify=channels.notify(root, path.parent),
        console=looks.looks(root.inner("console")),
        tiers={name: level.finished(tier) for name, tier in known.items()},
        routes={name: level.finished(route) for name, route in routes.items()},
    )
    if "retention" not in store.bad:
        used = [tier for tier in known.values() if tier.written or tier.at[-1] == DEFAULT_TIER]
        check.retention(store, settings.retention_us, [*used, *routes.values()])
        storing.check_keep(store, settings)
    return settings


def _tiers(tables: Table) -> dict[str, Level]:
    """Return every tier: the built-in ones as the file changes them, and those it adds."""
    known = {name: level.built_in(tier) for name, tier in BUILT_IN.items()}
    for name, table in tables.tables():
        table.refuse_unknown(level.TIER_KEYS, dict.fromkeys(_ROUTE_KEYS, "[route.NAME]"))
        _named(table, name)
        below = level.built_in(BUILT_IN.get(name, BUILT_IN[DEFAULT_TIER]))
        known[name] = level.read(table, below, name=name, tier=name)
        check.level(known[name], table.problems)
        if name == DEFAULT_TIER:
            check.consequences(known[name], table.problems)
    return known


def _routes(tables: Table, known: dict[str, Level]) -> dict[str, Level]:
    found: dict[str, Level] = {}
    for name, table in tables.tables():
        table.refuse_unknown(_ROUTE_KEYS)
        _named(table, name)
        tier = _tier(table, known)
        found[name] = level.read(
            table,
            known[tier or DEFAULT_TIER],
            name=name,
            tier=tier or DEFAULT_TIER,
            explicit=True,
            tier_explicit=bool(tier),
        )
        check.level(found[name], table.problems)
        check.consequences(found[name], table.problems)
    return found


def _named(table: Table, name: str) -> None:
    """Note a name that no log could bear, since names are made safe where logs are read."""
    if not name.strip():
        table.problems.add(table.at, "has an empty name; give it one")
    elif safe_name(name) != name:
        best = quoted(safe_name(name))
        table.problems.add(table.at, f"has characters that cannot be shown; write {best}")


def _tier(table: Table, known: dict[str, Level]) -> str:
    """Return the tier that a route names, or that its answers lead to; "" where it says neither."""
    answers = {key: table.take(key, words.choice(of), "") for key, of in _ANSWERS.items()}
    given = [key for key in _ANSWERS if key in table.written]
    if "tier" in table.written:
        if given:
            table.refuse(given[0], "leads to a tier, which is written too; keep one of them")
        return table.take("tier", words.choice(tuple(known)), "")
    for key in _ANSWERS:
        if given and key not in given:
            table.need(key, f"{given[0]} leads to a tier only with it; or write tier instead")
    return derive_tier(**answers) if all(answers.values()) else ""
