"""The outbox: what people on call are to be told, and how far that got on every channel.

A notice is kept once, by its key, in the transaction that changes its alert; beside it stands one
delivery for every channel that wants its severity. A delivery is

- `waiting` until the channel has it: tried, and tried again;
- `sent`, when the channel said so;
- `dead`, when it failed for `DEAD_AFTER_US` after its first attempt: it stays visible, and
  `retry_dead` makes it wait again;
- `spared`: the alert resolved before anybody was told that it opened. As with Alertmanager's
  group_wait, nobody then needs to hear of either. That it was never even attempted is what counts:
  an attempt without an answer may have been heard, and is followed up;
- `dropped`: its channel was removed from the settings;
- `withheld`: a notice of a dry run, which would have been sent.

A resolved notice goes only to a channel that got, or may have got, something of the alert before.
A channel gets what is posted from its first day on, never what is older.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from console.model import HOUR_US, MINUTE_US, Notice, Severity
from console.store.connect import each

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from console.store.connect import Connection

DEAD_AFTER_US = 24 * HOUR_US
"""How long after its first attempt a delivery that fails is given up."""
LONGEST_WAIT_US = 15 * MINUTE_US
"""The longest time between two attempts; one that seems further off was set by another clock."""

_UNHEARD = "the alert resolved before it could be told"
_UNOPENED = "its opening was not delivered"
_REMOVED = "the channel was removed from the settings"
_DELIVERY = (
    "insert into delivery (channel, notice, alert, severity, state, due_us, settled_us, note) "
    "values (?, ?, ?, ?, ?, ?, ?, ?)"
)
_Row: TypeAlias = tuple[str, int, str, str, str, int, int | None, str]


class Subscriber(NamedTuple):
    """A channel as the store knows it: no address, only a hash of it and a harmless label."""

    id: str
    label: str
    severities: tuple[str, ...]


class Due(NamedTuple):
    """A delivery to be attempted; `attempts` counts those before, `body` is the notice as JSON."""

    number: int
    alert: str
    attempts: int
    body: bytes


class Delivery(NamedTuple):
    """How far one channel is with one notice of an alert."""

    alert: str
    channel: str
    what: str
    state: str
    attempts: int
    settled_us: int | None
    note: str


class Tally(NamedTuple):
    """How many deliveries of a channel are in which state; `failing` have failed and wait.

    `removed` is 0 or 1. `note` is why the latest of those that wait or are dead failed, "" where
    none did.
    """

    id: str
    label: str
    removed: int
    waiting: int
    failing: int
    dead: int
    dropped: int
    withheld: int
    note: str


def keep_channels(connection: Connection, channels: Sequence[Subscriber], now_us: int) -> None:
    """Take over the channels of the settings; what waits for one that is gone is dropped."""
    known = dict(connection.execute("select id, removed_us is null from channel"))
    for channel in channels:
        connection.execute(
            "insert into channel (id, label, severities, since_us) values (?, ?, ?, ?) "
            "on conflict do update set label = excluded.label, severities = excluded.severities, "
            "removed_us = null",
            (channel.id, channel.label, msgspec.json.encode(channel.severities).decode(), now_us),
        )
    for gone in set(known) - {channel.id for channel in channels}:
        if known[gone]:
            connection.execute("update channel set removed_us = ? where id = ?", (now_us, gone))
            connection.execute(
                "update delivery set state = 'dropped', settled_us = ?, note = ? "
                "where channel = ? and state in ('waiting', 'dead')",
                (now_us, _REMOVED, gone),
            )


def post(connection: Connection, notices: Iterable[Notice]) -> int:
    """Keep notices for every channel, inside the caller's transaction; return how many were new.

    A notice whose key was posted before changes nothing.
    """
    new = _keep(connection, list(notices))
    if not new:
        return 0
    rows = connection.execute("select id, severities from channel where removed_us is null")
    wanted = {channel: msgspec.json.decode(severities) for channel, severities in rows}
    waiting = list[_Row]()
    for number, notice in new:
        for channel, severities in wanted.items():
            if notice.severity.value not in severities:
                continue
            if notice.what == "resolved" and not notice.dry_run:
                # What became of the notices before it is asked for.
                each(connection, _DELIVERY, waiting)
                waiting.clear()
            waiting += _addressed(connection, channel, number, notice)
    each(connection, _DELIVERY, waiting)
    return len(new)


def posted(connection: Connection) -> list[Notice]:
    """Return all notices in the order in which they were posted."""
    rows = connection.execute("select body from notice order by number")
    return [msgspec.json.decode(row[0], type=Notice) for row in rows]


def _keep(connection: Connection, notices: list[Notice]) -> list[tuple[int, Notice]]:
    """Store notices; return those that were new, with their numbers, in the order of posting."""
    if not notices:
        return []
    (last,) = connection.execute("select coalesce(max(number), 0) from notice").fetchone()
    each(
        connection,
        "insert into notice (key, alert, what, at_us, body) values (?, ?, ?, ?, ?) "
        "on conflict do nothing",
        [
            (
                notice.key,
                notice.alert,
                notice.what,
                notice.at_us,
                msgspec.json.encode(notice).decode(),
            )
            for notice in notices
        ],
    )
    first = {notice.key: notice for notice in reversed(notices)}
    rows = connection.execute(
        "select number, key from notice where number > ? order by number", (last,)
    )
    return [(number, first[key]) for number, key in rows]


def _addressed(connection: Connection, channel: str, number: int, notice: Notice) -> Iterator[_Row]:
    """Yield the delivery of a notice to one channel, unless the channel has no part in it."""
    state, note = "waiting", ""
    if notice.dry_run:
        state = "withheld"
    elif notice.what == "resolved":
        before = dict(
            connection.execute(
                "select iif(state = 'waiting' and attempts > 0, 'tried', state), count(*) "
                "from delivery where channel = ? and alert = ? group by 1",
                (channel, notice.alert),
            )
        )
        if not before:
            return
        if not {"sent", "tried"} & set(before):
            state, note = ("dead", _UNOPENED) if "dead" in before else ("spared", _UNHEARD)
            _spare(connection, channel, notice)
    yield (
        channel,
        number,
        notice.alert,
        notice.severity.value,
        state,
        notice.at_us,
        None if state == "waiting" else notice.at_us,
        note,
    )


def _spare(connection: Connection, channel: str, notice: Notice) -> None:
    connection.execute(
        "update delivery set state = 'spared', settled_us = ?, note = ? "
        "where channel = ? and alert = ? and state = 'waiting'",
        (notice.at_us, _UNHEARD, channel, notice.alert),
    )


def due(
    connection: Connection, channel: str, now_us: int, limit: int, *, hold_tickets: bool
) -> list[Due]:
    """Return what a channel is to be told now, pages first, then in the order of posting.

    Of one alert only the oldest that waits: what opened is told before what resolved.
    `hold_tickets` leaves tickets for later (quiet hours).
    """
    rows = connection.execute(
        "select notice, delivery.alert, attempts, body from delivery "
        "join notice on notice.number = delivery.notice "
        "where channel = ? and state = 'waiting' and (due_us <= ? or due_us > ?) "
        "and severity in (?, ?) and not exists (select 1 from delivery as before "
        "where before.channel = delivery.channel and before.alert = delivery.alert "
        "and before.state = 'waiting' and before.notice < delivery.notice) "
        "order by severity <> ?, notice limit ?",
        (
            channel,
            now_us,
            now_us + LONGEST_WAIT_US,
            Severity.PAGE.value,
            (Severity.PAGE if hold_tickets else Severity.TICKET).value,
            Severity.PAGE.value,
            limit,
        ),
    )
    return [Due(number, alert, attempts, body.encode()) for number, alert, attempts, body in rows]


def begin(connection: Connection, channel: str, number: int, now_us: int) -> None:
    """Note, before it happens, that a delivery is attempted: from here on it may have arrived."""
    connection.execute(
        "update delivery set attempts = attempts + 1, first_us = coalesce(first_us, ?) "
        "where channel = ? and notice = ?",
        (now_us, channel, number),
    )


def sent(connection: Connection, channel: str, number: int, now_us: int) -> None:
    """Note that a channel has a notice; also where it said so only after it had been given up."""
    connection.execute(
        "update delivery set state = 'sent', settled_us = ?, note = '' "
        "where channel = ? and notice = ? and state <> 'sent'",
        (now_us, channel, number),
    )


def failed(
    connection: Connection, channel: str, number: int, note: str, *, due_us: int, now_us: int
) -> bool:
    """Note that an attempt failed, and why; it is tried again at `due_us`.

    Returns whether it is given up instead.
    """
    row = connection.execute(
        "update delivery set note = ?, due_us = ?, "
        "state = iif(? - first_us >= ?, 'dead', state), "
        "settled_us = iif(? - first_us >= ?, ?, null) "
        "where channel = ? and notice = ? and state = 'waiting' returning state, alert",
        (note, due_us, *(now_us, DEAD_AFTER_US) * 2, now_us, channel, number),
    ).fetchone()
    dead = row is not None and row[0] == "dead"
    if dead:
        _give_up_resolved(connection, channel, row[1], now_us)
    return dead


def _give_up_resolved(connection: Connection, channel: str, alert: str, now_us: int) -> None:
    """Give up the resolved notice of an alert of which nothing else arrived, or still may."""
    connection.execute(
        "update delivery set state = 'dead', settled_us = ?, note = ? "
        "where channel = ? and alert = ? and state = 'waiting' "
        "and (select what from notice where number = delivery.notice) = 'resolved' "
        "and not exists (select 1 from delivery as other "
        "join notice on notice.number = other.notice and what <> 'resolved' "
        "where other.channel = delivery.channel and other.alert = delivery.alert "
        "and other.state in ('waiting', 'sent'))",
        (now_us, _UNOPENED, channel, alert),
    )


def retry_dead(connection: Connection, now_us: int) -> int:
    """Make every dead delivery wait again, with all the time of a new one; return how many.

    What still waits for its next attempt is tried at once as well.
    """
    connection.execute("update delivery set due_us = ? where state = 'waiting'", (now_us,))
    return int(
        connection.execute(
            "update delivery set state = 'waiting', due_us = ?, first_us = null, settled_us = null "
            "where state = 'dead'",
            (now_us,),
        ).rowcount
    )


def tally(connection: Connection) -> list[Tally]:
    """Return every channel of the settings, and those removed for which something was dropped."""
    rows = connection.execute(
        "select id, label, removed_us is not null, "
        "count(*) filter (where state = 'waiting'), "
        "count(*) filter (where state = 'waiting' and note <> ''), "
        "count(*) filter (where state = 'dead'), count(*) filter (where state = 'dropped'), "
        "count(*) filter (where state = 'withheld'), "
        "coalesce((select note from delivery where channel = channel.id and note <> '' "
        "and state in ('waiting', 'dead') order by notice desc limit 1), '') "
        "from channel left join delivery on delivery.channel = channel.id "
        "group by id order by removed_us is not null, since_us, label, id"
    )
    found = [Tally._make(row) for row in rows]
    return [item for item in found if not item.removed or item.dropped]


def deliveries(connection: Connection, notices: int) -> list[Delivery]:
    """Return how far every channel is with the latest so many notices, oldest first."""
    rows = connection.execute(
        "select delivery.alert, label, what, state, attempts, settled_us, delivery.note "
        "from notice join delivery on delivery.notice = notice.number "
        "join channel on channel.id = delivery.channel "
        "where notice.number > (select coalesce(max(number), 0) - ? from notice) "
        "order by notice.number, label",
        (notices,),
    )
    return [Delivery._make(row) for row in rows]
