"""What `check` says of routes (the five questions, what rules can fire on) and mapped sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.burn import arithmetic, rules, windows
from console.burn.rules import decimal, percent
from console.cli.session import Session, say
from console.settings.values import rounded_down
from console.snapshot.health import answers
from console.snapshot.unknown import ignored_words
from console.text import clean

if TYPE_CHECKING:
    from console.model import BurnRule
    from console.settings import RouteSettings


_SHOWN = 20


def route_names(session: Session) -> list[str]:
    """Return the routes of the settings and, where there is a store, those that were read."""
    names = set(session.settings.routes)
    if session.store.exists():
        from console.store import reader
        from console.store.connect import attach

        connection = attach(session.store)
        names |= {row.name for row in reader.routes(connection)}
        connection.close()
    return sorted(names)


def examine(route: RouteSettings) -> dict[str, Any]:
    """Return the questions, the blank ones by name, and the rules in words."""
    questions = answers(route)
    blank = [question for question, answer in questions if not answer]
    found = rules.of(route)
    return {
        "route": route.name,
        "tier": route.tier,
        "ready": not blank,
        "questions": [{"question": text, "answer": answer or None} for text, answer in questions],
        "blank": blank,
        "highest_burn": str(arithmetic.ceiling(route.budget_ppm)),
        "ceiling": _ceiling(route),
        "rules": [_rule(rule, route) for rule in found],
        "dropped": _dropped(route, found),
    }


def sources(session: Session) -> list[dict[str, Any]]:
    """Return what each mapped source gives, from the beginnings of its files, and what is open."""
    from console.cli.sourcing import examine_source

    found = []
    for source in session.settings.sources:
        study = examine_source(source) if source.format == "generic" else None
        if study is not None:
            found.append(
                {
                    "path": clean(str(source.path)),
                    "events": study.events,
                    "refused": study.refused,
                    "reason": study.reason or None,
                    "ignored": [
                        {"value": clean(value, 60), "lines": lines}
                        for value, lines in study.ignored.items()
                    ],
                    "undecided": [{"key": item.key, "why": item.why} for item in study.choices],
                }
            )
    return found


def show_source(item: dict[str, Any]) -> None:
    """Print what `sources` found of one source."""
    gives = f"{item['events']} events and {item['refused']} refused in the beginning of its files"
    say(f"source {item['path']}: {gives}")
    for choice in item["undecided"]:
        say(f"  TO DECIDE: `{choice['key']}` in its [source.map]: {choice['why']}")
    for one in item["ignored"][:_SHOWN]:
        say(f"  WARNING: {ignored_words(one['value'], one['lines'])}")
    if item["ignored"]:
        say('  say in its [source.map.event.values] what such a value means, "" for nothing')
    if item["reason"]:
        say(f"  refused, for one: {item['reason']}")


def _ceiling(route: RouteSettings) -> str:
    """Say how fast the route can burn at all, rounded down, and what pages without a rate."""
    highest = rounded_down(arithmetic.ceiling(route.budget_ppm))
    said = f"no rule over {highest}x can fire: every run missed burns {highest}x"
    if route.zero_tolerance:
        return f"{said}; one {' or '.join(route.zero_tolerance)} miss pages whatever it burns"
    return f"{said}; a single miss never pages"


def _rule(rule: BurnRule, route: RouteSettings) -> dict[str, Any]:
    share = rule.k * route.budget_ppm / arithmetic.PPM
    lowered = " (lowered: the objective cannot burn faster)" if rule.lowered else ""
    return {
        "severity": rule.severity.value,
        "long": windows.label(rule.long_us),
        "short": windows.label(rule.short_us),
        "k": str(rule.k),
        "lowered": rule.lowered,
        "fires_at": (
            f"{rule.severity.value} at {decimal(rule.k)}x: {percent(share)} of the runs missed in "
            f"{windows.label(rule.long_us)} and in {windows.label(rule.short_us)}{lowered}; under "
            f"{route.min_runs} runs: {percent(rule.share)} of the budget, at least "
            f"{route.min_misses} misses"
        ),
    }


def _dropped(route: RouteSettings, found: tuple[BurnRule, ...]) -> int:
    """Return how many built-in rules the objective makes useless."""
    if route.rules is not None:
        return 0
    return len(rules.rows(route.window)) - len(found)


def show(item: dict[str, Any]) -> None:
    """Print what `examine` found."""
    say()
    say(f"{item['route']} ({item['tier']}): {'ready' if item['ready'] else 'NOT READY to scale'}")
    for place, entry in enumerate(item["questions"], 1):
        say(f"  {place}. {entry['question']} {entry['answer'] or 'BLANK'}")
    for rule in item["rules"]:
        say(f"  {rule['fires_at']}")
    say(f"  {item['ceiling']}")
    for one in item.get("objectives", ()):
        say(f"  {one['words']}")
    if item["dropped"]:
        say(f"  {item['dropped']} built-in rules dropped: they would fire on a route on track")
