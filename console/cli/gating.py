"""The gate: whether something may happen now, by the control file only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.acting import Route, known_kinds
from console.cli.session import USAGE, Session, Stop, document, leave, say
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.agent.decide import Decision, What
    from console.agent.document import Verify

PublicKey = Annotated[
    Path | None, typer.Option(help="Refuse a control file that this key did not sign.")
]
_CODES = {"allowed": 0, "denied": 1, "paused": 1, "approval": 3}
_FAULT = 6


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(gate)


def verify_by(public_key: Path | None) -> Verify | None:
    """Return what checks the control file's signature, None where none is asked for."""
    if public_key is None:
        return None
    try:
        from console.agent.adapters.signature import verifier

        return verifier(public_key)
    except (ImportError, OSError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"
        raise Stop(
            f"--public-key {clean(str(public_key))}: cannot be used: {why}", USAGE
        ) from error


def gate(
    context: typer.Context,
    route: Route,
    start: Annotated[bool, typer.Option("--start", help="May a run start?")] = False,
    action: Annotated[str | None, typer.Option(help="May this action happen?")] = None,
    run: Annotated[str, typer.Option(help="The run of the action.")] = "",
    change: Annotated[str | None, typer.Option(help="May this kind of change be deployed?")] = None,
    version: Annotated[str, typer.Option(help="The version of the change.")] = "",
    on_fault: Annotated[
        str, typer.Option(help="Before the file was ever good: closed, approval, last_known.")
    ] = "closed",
    public_key: PublicKey = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say whether this may happen now, by the control file only.

    Exit code 0 yes, 1 no, 3 needs approval, 6 the control file is at fault and the route closed.
    """
    session: Session = context.obj
    from console.agent.controlfile import read_control
    from console.agent.decide import (
        decide_action,
        decide_change,
        decide_start,
        fault_decision,
    )
    from console.agent.faults import ControlFault
    from console.agent.orders import ON_FAULT

    if not (start or action or change):
        raise Stop("say what: --start, --action NAME or --change KIND", USAGE)
    if on_fault not in ON_FAULT:
        raise Stop(f"--on-fault {clean(on_fault, 40)}: it is one of {', '.join(ON_FAULT)}", USAGE)
    known_kinds([change] if change else None)
    now_us = session.now_us
    try:
        control = read_control(session.control, verify_by(public_key))
        orders = control.route(route)
    except ControlFault as fault:
        _gate_fault(str(fault), on_fault, as_json)
        return
    asked: list[tuple[What, Decision]] = []
    if start:
        asked.append(("start", decide_start(orders, now_us)))
    if action:
        asked.append(("action", decide_action(orders, now_us, action, run)))
    if change:
        asked.append(("change", decide_change(orders, now_us, change, version)))
    decisions, stale = [decision for _, decision in asked], ""
    try:
        control.check_fresh(now_us)
    except ControlFault as fault:
        # A fault never loosens: the orders in a stale file still hold, and `on_fault` on top.
        stale = str(fault)
        decisions += [fault_decision(orders.on_fault, what, stale) for what, _ in asked]
    worst = max(decisions, key=lambda item: (not item.allowed, item.outcome != "approval"))
    unknown = "" if route in control.routes else _never_named(route, control.routes)
    if as_json:
        generation = {"generation": control.generation, "fault": stale or None}
        document({**worst._asdict(), **generation, "note": unknown or None})
    elif worst.allowed:
        say(f"yes: generation {control.generation}, route {orders.state_at(now_us)}")
    else:
        say(f"no: {worst.reason}")
    if unknown and not as_json:
        say(unknown)
    closed = stale and orders.on_fault == "closed" and worst.outcome in {"paused", "denied"}
    leave(_FAULT if closed else _CODES[worst.outcome])


def _never_named(route: str, known: Iterable[str]) -> str:
    """Say that no order can have meant this answer: perhaps the route's name is misspelt."""
    from console.settings.problems import nearest

    meant = nearest(route, known)
    ending = f"; nearest: {clean(meant, 60)}" if meant else ""
    return f"note: no order has ever named the route {clean(route, 60)}, so it is open{ending}"


def _gate_fault(fault: str, on_fault: str, as_json: bool) -> None:
    """Answer without a good control file: never `no restrictions`."""
    if as_json:
        document({"outcome": on_fault, "fault": fault})
    else:
        say(f"the control file is at fault: {fault}")
    # With nothing known, last_known is approval (semantics 8); a gate keeps no memory.
    leave(_FAULT if on_fault == "closed" else 3)
