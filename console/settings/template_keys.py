"""Every key of a tier as `init` writes it: how its value is written, and what it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from console.settings.rules import BUILT_IN_RULES
from console.settings.types import RouteSettings
from console.settings.values import PPM, duration_text, rounded_down, share_text

_BARE = re.compile(r"[A-Za-z0-9_-]+")
Written = Callable[[RouteSettings], str]


def toml_text(text: str) -> str:
    """Return `text` as a TOML string on one line, exactly.

    Raises:
        ValueError: it has a lone surrogate, as file names that are not UTF-8 do.
    """
    return f'"{"".join(_escaped(char) for char in text)}"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    if "\ud800" <= char <= "\udfff":
        raise ValueError("not UTF-8: a settings file cannot hold it")
    return f"\\U{ord(char):08X}"


def toml_list(words: Iterable[str]) -> str:
    """Return words as a TOML list on one line."""
    return f"[{', '.join(toml_text(word) for word in words)}]"


def bare_key(key: str) -> str:
    """Return a key as TOML writes it: quoted where it is more than letters, digits, - and _."""
    return key if _BARE.fullmatch(key) else toml_text(key)


def toml_value(value: object) -> str:
    """Return text, a number, a truth value, or a list or table of such, as TOML on one line.

    Raises:
        ValueError: TOML knows no such value, or it holds text that is not UTF-8.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_text(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, dict):
        pairs = (f"{bare_key(key)} = {toml_value(inner)}" for key, inner in value.items())
        return f"{{ {', '.join(pairs)} }}"
    raise ValueError(f"a settings file cannot hold {value!r}")


def share(share_ppm: int | None) -> str:
    """Return a share as TOML text; None is `off`."""
    return '"off"' if share_ppm is None else toml_text(share_text(share_ppm))


def duration(length_us: int | None, absent: str = "off") -> str:
    """Return a duration as TOML text; None is `absent`."""
    return toml_text(absent if length_us is None else duration_text(length_us))


def _caps(tier: RouteSettings) -> str:
    caps = ", ".join(f"{name} = {share(ppm)}" for name, ppm in tier.caps_ppm.items())
    return f"{{ {caps} }}" if caps else "{}"


def _rules(tier: RouteSettings) -> str:
    if tier.rules is None:
        return toml_text(BUILT_IN_RULES)
    words = (
        f'{{ severity = "{rule.severity.value}", long = {duration(rule.long_us)}, '
        f"short = {duration(rule.short_us)}, k = {rounded_down(rule.k, 12)} }}"
        for rule in tier.rules
    )
    return f"[{', '.join(words)}]"


def _ladder(tier: RouteSettings) -> str:
    steps = []
    for step in tier.ladder:
        trigger = f"left = {share(step.left_ppm)}" if not step.on else f"on = {toml_text(step.on)}"
        words = [trigger, f'do = "{step.do}"', f'mode = "{step.mode}"']
        words += [f"actions = {toml_list(step.actions)}"] if step.actions else []
        words += [f"max_runs = {step.max_runs}"] if step.max_runs is not None else []
        steps.append(f"{{ {', '.join(words)} }}")
    return f"[{', '.join(steps)}]"


def _exit(tier: RouteSettings) -> str:
    remaining = share(int(tier.exit.remaining * PPM))
    return f"{{ remaining = {remaining}, trusted_in_a_row = {tier.exit.trusted_in_a_row} }}"


def _rates(tier: RouteSettings) -> str:
    rates = tier.rates
    money = (
        f"{key} = {rounded_down(getattr(rates, key), 12)}"
        for key in ("rescue_per_hour", "approval_per_hour", "delay_per_hour")
    )
    return f"{{ {', '.join(money)}, currency = {toml_text(rates.currency)} }}"


TIER_LINES: tuple[tuple[str, Written, str], ...] = (
    ("objective", lambda t: share(PPM - t.budget_ppm), "trusted outcomes; the rest is the budget"),
    ("window", lambda t: toml_text(t.window.text), 'or "calendar day", "... week", "... month"'),
    ("timezone", lambda t: toml_text(t.window.timezone), "of a calendar window and of schedule"),
    ("unit", lambda t: toml_text(t.unit), "what a run is called: run, task, decision or outcome"),
    ("outcome", lambda t: toml_text(t.outcome), "question 1, in words; said on each route"),
    ("requires", lambda t: toml_list(t.measured.requires), "checks that must pass, like qa"),
    (
        "verdict_within",
        lambda t: duration(t.measured.verdict_within_us),
        "a required check without a verdict by then is a trust miss",
    ),
    ("sla", lambda t: duration(t.measured.sla_us), "a run that ends later is a latency miss"),
    (
        "escalate_within",
        lambda t: duration(t.measured.escalate_within_us),
        "uncertain work kept longer is an escalation miss",
    ),
    (
        "recover_within",
        lambda t: duration(t.measured.recover_within_us),
        "a bad run without recovery by then is a recovery miss",
    ),
    (
        "receipt_within",
        lambda t: duration(t.measured.receipt_within_us),
        "by when agents must have confirmed an order",
    ),
    (
        "abandon_after",
        lambda t: duration(t.measured.abandon_after_us),
        "an open run without an SLA counts as unknown from then on",
    ),
    (
        "approval_required",
        lambda t: toml_list(t.measured.approval_required),
        "actions that a human must grant",
    ),
    (
        "zero_tolerance",
        lambda t: toml_list(t.zero_tolerance),
        "one miss of these classes pages at once",
    ),
    ("caps", _caps, 'share of runs that one class may take, like { trust = "0.1%" }'),
    ("max_handoff_rate", lambda t: share(t.max_handoff_ppm), "handing off more than this alerts"),
    ("owner", lambda t: toml_text(t.owner), "question 4; said on each route"),
    ("deputy", lambda t: toml_text(t.deputy), "told when the owner does not answer"),
    ("freeze_kinds", lambda t: toml_list(t.freeze_kinds), "question 5; said on each route"),
    ("min_runs", lambda t: str(t.min_runs), "with fewer runs a rule looks at misses, not at rates"),
    ("min_misses", lambda t: str(t.min_misses), "a budget alert needs at least so many misses"),
    ("rules", _rules, 'or [{ severity = "page", long = "1h", k = 14.4 }, ...]'),
    (
        "absent_after",
        lambda t: duration(t.absent_after_us, "auto"),
        "silence that means that the signal is lost",
    ),
    ("schedule", lambda t: toml_text(t.schedule or "always"), 'or "Mon-Fri 08:00-18:00"'),
    ("exhausts_within", lambda t: duration(t.exhausts_within_us), "a budget gone by then alerts"),
    ("ack_timeout", lambda t: duration(t.ack_timeout_us), "an acknowledgement lapses after this"),
    (
        "probation_after",
        lambda t: duration(t.probation_after_us),
        "a pause may then become one run at a time",
    ),
    (
        "on_fault",
        lambda t: toml_text(t.on_fault),
        "without a usable control file: closed, approval, last_known",
    ),
    ("ladder", _ladder, 'or [{ left = "50%", do = "freeze" }, ...]'),
    ("exit", _exit, "what must hold before an order is lifted"),
    ("rates", _rates, "what waiting and rescuing cost"),
    ("dry_run", lambda t: "true" if t.dry_run else "false", "true: everything shown, nothing sent"),
)
"""Key, how it is written, what it means; in the order of the file."""
