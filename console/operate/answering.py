"""How people answer alerts: own one, sign a hard stop closed, keep one quiet for a while.

Anybody on call may own or silence. A hard stop is closed by the route's owner or deputy, who answer
for it; where nobody owns the route anybody may sign, and the sentence says so. Everything is
audited, and counts from the collector's next look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.burn import lifecycle, notices
from console.burn.silences import Silence, parse
from console.control.directives import Refused
from console.store import alerts, desk, outbox, silences
from console.text import clean, name

if TYPE_CHECKING:
    from console.burn.lifecycle import Alert
    from console.settings import RouteSettings, Settings
    from console.store.writer import Writer


class Answering:
    """Answers the alerts of one store.

    Args:
        writer: the store.
        settings: who owns which route.
    """

    def __init__(self, writer: Writer, settings: Settings) -> None:
        self._writer = writer
        self._connection = writer.connection
        self._settings = settings

    def acknowledge(self, alert: str, by: str, note: str, now_us: int) -> str:
        """Take ownership of an alert; return a sentence. Raises `Refused` if there is none."""
        with self._writer.transaction():
            found = self._open(alert)
            alerts.save(
                self._connection, lifecycle.acknowledge(found, name(by), clean(note), now_us)
            )
            self._audit("acknowledge", found.route, by, {"alert": found.id, "note": note}, now_us)
        return f"{found.id} on {_subject(found)} is now owned by {name(by)}"

    def sign_close(self, alert: str, by: str, note: str, now_us: int) -> str:
        """Close the hard stop of an alert by signature, for the runs that it is about.

        What else stands in the alert goes on standing. Returns a sentence.

        Raises:
            Refused: there is no such hard stop, no reason is given, or `by` may not sign.
        """
        with self._writer.transaction():
            found = self._open(alert)
            route = self._settings.route(found.route)
            _check_signature(found, route, by, note)
            after = lifecycle.close(
                lifecycle.acknowledge(found, name(by), clean(note), now_us), name(by), now_us
            )
            alerts.sign_breaches(self._connection, found.id, now_us)
            alerts.save(self._connection, after)
            if after.resolved_us is not None and after.told:
                outbox.post(self._connection, [notices.resolved(after, route)])
            self._audit("close", found.route, by, {"alert": found.id, "note": note}, now_us)
        said = f"{found.id} on {found.route} is closed, signed by {name(by)}"
        if after.resolved_us is None:
            others = ", ".join(lifecycle.title(item) for item in after.open)
            said = f"the hard stop of {said}; the alert stays open: {others}"
        return said if route.owner else f"{said}; nobody owns {found.route}, so anybody may sign"

    def silence(self, match: str, *, for_us: int, reason: str, by: str, now_us: int) -> str:
        """Keep alerts quiet for a time; they are still evaluated and shown. Returns a sentence.

        Raises:
            Refused: the matcher matches nothing that can be silenced, or no reason is given.
        """
        try:
            matcher = parse(clean(match))
        except ValueError as error:
            raise Refused(str(error)) from error
        if not reason.strip():
            raise Refused(
                "a silence needs a reason, for whoever looks for the page that never came"
            )
        if for_us <= 0:
            raise Refused("a silence needs an end: --for 2h")
        with self._writer.transaction():
            made = Silence(
                id=silences.next_id(self._connection),
                matcher=matcher,
                reason=clean(reason.strip()),
                by=name(by),
                from_us=now_us,
                until_us=now_us + for_us,
            )
            silences.save(self._connection, made)
            self._audit("silence", matcher.route, by, made, now_us)
        return f"{made.id} keeps {matcher.text} quiet; hard stops are told all the same"

    def end_silence(self, silence: str, by: str, now_us: int) -> str:
        """End a silence before its time; return a sentence.

        Raises:
            Refused: there is no such silence, or it is over.
        """
        with self._writer.transaction():
            found = silences.find(self._connection, silence)
            if found is None:
                said = clean(silence, 40)
                raise Refused(f"there is no silence {said}; `burnline silences` lists them")
            if not found.stands(now_us):
                raise Refused(f"{found.id} is over already")
            ended = msgspec.structs.replace(found, ended_us=now_us, ended_by=name(by))
            silences.save(self._connection, ended)
            self._audit("end silence", found.matcher.route, by, {"silence": found.id}, now_us)
        return f"{found.id} ({found.matcher.text}) is over; what stands is told now"

    def _open(self, alert: str) -> Alert:
        found = alerts.find(self._connection, alert)
        if found is None:
            raise Refused(f"there is no alert {clean(alert, 40)}; `burnline alerts` lists them")
        if found.resolved_us is not None:
            raise Refused(f"{found.id} is resolved already")
        return found

    def _audit(self, verb: str, route: str, by: str, detail: object, now_us: int) -> None:
        if isinstance(detail, dict):
            detail = {key: clean(value) for key, value in detail.items()}
        desk.audit(
            self._connection, at_us=now_us, actor=name(by), verb=verb, route=route, detail=detail
        )


def _subject(alert: Alert) -> str:
    return alert.route or "the control file"


def _check_signature(alert: Alert, route: RouteSettings, by: str, note: str) -> None:
    """Refuse a signature that closes nothing, says nothing, or is not the owner's."""
    if not any(item.signed for item in alert.open):
        raise Refused(f"{alert.id} is no hard stop; it resolves by itself on data")
    if not note.strip():
        raise Refused("closing a hard stop needs a note that says why it is over")
    if route.owner and by not in {route.owner, route.deputy}:
        who = f"{route.owner} (owner)"
        who += f" or {route.deputy} (deputy)" if route.deputy else ""
        raise Refused(f"{alert.id} on {alert.route} is signed by {who} only: say it with --by")
