"""`audit`: who did what, whether the record of it is whole, and getting it back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.session import REFUSED, USAGE, Session, Stop, document, leave, say, warn
from console.text import clean

if TYPE_CHECKING:
    from pathlib import Path

    from console.store.desk import AuditRow
    from console.store.mirror import Line
    from console.store.verify import Verdict

_SHOWN = 50
_DETAIL = 160


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(audit)


def audit(
    context: typer.Context,
    verify: Annotated[bool, typer.Option("--verify", help="Verify the hash chain.")] = False,
    head: Annotated[
        str | None, typer.Option(help="With --verify: a head known from a page, 17:9f86d081884c.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="At most so many, 0 for all; default: 50.")
    ] = None,
    restore: Annotated[
        bool, typer.Option("--restore", help="Set a damaged store aside, keep its audit.")
    ] = False,
    seal: Annotated[
        bool, typer.Option("--seal", help="Make the mirror append-only for good (root).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the audit, newest first. Exit code 1: it is broken; the first bad row is named."""
    session: Session = context.obj
    if head is not None and not verify:
        raise Stop("--head goes with --verify", USAGE)
    if restore:
        _restore(session)
    rows, lines = _read(session)
    if seal:
        _seal(session)
    if verify:
        _verify(rows, lines, head, as_json=as_json)
        return
    most = _SHOWN if limit is None else limit
    shown = rows[::-1][: most or None]
    if as_json:
        document({"audit": [_entry(row) for row in shown]})
        return
    for row in shown:
        say(_sentence(row))
    if len(shown) < len(rows):
        say(f"these are the newest {len(shown)} of {len(rows)}; --limit 0 shows all")


def _read(session: Session) -> tuple[list[AuditRow], list[Line]]:
    """Return the rows of the audit, oldest first, and the lines of its mirror.

    Where the store is lost and the mirror is not, a new store is begun with the audit restored.
    """
    from console.store import mirror, reader
    from console.store.connect import attach

    path = mirror.mirror_path(session.store)
    if not session.store.exists() and path.exists():
        if session.read_only:
            lines = mirror.read(path)
            warn(f"burnline: {session.store} is lost; this is its mirror {path}")
            return mirror.whole_chain(lines), lines
        _begin_anew(session.store)
    connection = attach(session.store)
    try:
        return reader.audit_since(connection, 0), mirror.read(path)
    finally:
        connection.close()


def _restore(session: Session) -> None:
    """Set a store aside that is damaged; a whole one is left alone."""
    session.writable()
    from console.collector import Held, Lease

    store = session.store
    if not store.exists():
        return
    try:
        lease = Lease(store)
    except Held:
        raise Stop(
            f"a collector works on {store}: end it first with burnline stop", REFUSED
        ) from None
    try:
        _restore_alone(session, store)
    finally:
        lease.release()


def _restore_alone(session: Session, store: Path) -> None:
    """Do so while no collector can begin to work on it."""
    from console.store.connect import damage, set_aside

    wrong = damage(store)
    if not wrong:
        _say_whole(session)
        return
    aside = set_aside(store, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
    warn(f"burnline: the damaged store ({clean(wrong, 200)}) was set aside as {aside}")
    _begin_anew(store)


def _say_whole(session: Session) -> None:
    """Say that a store is kept: it can be read. Its audit may be broken all the same."""
    from console.store import mirror, verify

    found = verify.verify(*_read(session))
    if found.kind != verify.WHOLE:
        path = mirror.mirror_path(session.store)
        raise Stop(
            f"{session.store} can be read and is kept, but its audit is broken: {found.words}; "
            f"{path} has what was written",
            REFUSED,
        )
    warn(f"burnline: {session.store} is whole; nothing was set aside")


def _begin_anew(store: Path) -> None:
    from console.store.writer import Writer

    Writer(store).close()
    warn(f"burnline: {store} is new, with the audit restored from its mirror; collect reads logs")


def _seal(session: Session) -> None:
    session.writable()
    from console.store import mirror

    path = mirror.mirror_path(session.store)
    why_not = mirror.seal(path)
    if why_not:
        warn(f"burnline: {path} is not sealed: {why_not}")
    else:
        warn(f"burnline: {path} can only be appended to now; root undoes it with chattr -a")


def _verify(rows: list[AuditRow], lines: list[Line], head: str | None, *, as_json: bool) -> None:
    from console.store import verify

    found = verify.verify(rows, lines)
    if found.kind == verify.WHOLE and head is not None:
        found = _with_head(rows, head) or found
    good = found.kind == verify.WHOLE
    if as_json:
        document({"verdict": found.kind, "row": found.row, "words": found.words})
    else:
        say(found.words if good else f"BROKEN ({found.kind}): {found.words}")
    leave(0 if good else REFUSED)


def _with_head(rows: list[AuditRow], head: str) -> Verdict | None:
    """Return what is wrong with a chain that should lead through a head known from elsewhere."""
    from console.store import verify

    number, _, start = head.partition(":")
    if not number.isdecimal() or not start:
        raise Stop(f"--head {clean(head, 40)}: it is a row and the start of its hash", USAGE)
    seq = int(number)
    if seq > len(rows):
        words = f"row {seq} was there once, and the audit ends with row {len(rows)}"
        return verify.Verdict(verify.CUT_OFF, len(rows) + 1, words)
    if seq < 1 or not rows[seq - 1].hash.startswith(start.lower()):
        return verify.Verdict(verify.EDITED, seq, f"row {seq} is not the one of {clean(head, 40)}")
    return None


def _entry(row: AuditRow) -> dict[str, Any]:
    import msgspec

    from console.intake.times import rfc3339

    return {
        "seq": row.seq,
        "at": rfc3339(row.at_us),
        "actor": row.actor,
        "verb": row.verb,
        "route": row.route or None,
        "detail": msgspec.json.decode(row.detail),
        "hash": row.hash,
    }


def _sentence(row: AuditRow) -> str:
    from console.cli.moments import when

    where = f" {row.route}" if row.route else ""
    return f"{row.seq:>5}  {when(row.at_us)}  {row.actor}: {row.verb}{where}  " + clean(
        row.detail, _DETAIL
    )
