"""C1 to C11: the control file, its directory, and the audit."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from console.agent import Guard, RoutePaused
from console.agent.document import parse
from console.control.directives import ControlDesk
from console.model import DirectiveKind
from console.store import mirror, reader, verify
from console.store.connect import create
from tests.agent.control import Control, document, orders
from tests.agent.test_guard_faults import LATER_FAULTS, answers
from tests.collector.running import MINUTE, event
from tests.control.faults import cut_off
from tests.control.stage import NOON_US, ROUTE, Stage, order
from tests.faults import arrival
from tests.faults.scenario import Outcome, scenario

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.place import Place

_PAUSE = "burnline pause refunds --reason spent --by dana --yes"


def begun(place: Place) -> None:
    """Let a route be known, with 20 runs that ended well and generation 1 written."""
    place.agent().deliver(20)
    place.must("burnline init logs --yes")
    place.collect()


@scenario(
    "C1",
    "an order is cut off at the N-th write or sync",
    arrival._INJECT.format("fsync", "signal=KILL", "pause ..."),
    needs=("strace",),
)
def torn_order(place: Place) -> Outcome:
    found = arrival.swept("pause", "KILL", 8 if place.full else 1)
    return found._replace(happened=f"{found.happened}: the old file or the new one, and whole")


@scenario(
    "C2",
    "5 operators at once",
    "for k in prompt policy tool model launch; do burnline freeze refunds --change $k --by op-$k "
    "--reason r --yes & done; wait",
)
def racing(place: Place) -> Outcome:
    begun(place)
    done = place.fault()
    won = done.out.count("is durable")
    generations = len(list((place.control.parent / "generations").iterdir())) - 1
    refused = done.err.count("meanwhile")
    stands = len(parse(place.control.read_bytes()).route("refunds").directives)
    assert place.run("burnline audit --verify").code == 0
    acts = place.rows("select count(*) from audit where verb = 'freeze'")[0][0]
    happened = (
        f"{won} told durable, {generations} generations, {stands} stand, {refused} asked anew"
    )
    assert won + refused == 5
    return Outcome(happened, written=won, lost=won - acts, twice=generations - won, unit="orders")


@scenario(
    "C3", "missing, empty, torn, edited: 16 kinds of fault, 3 tiers", ": > control/control.json"
)
def broken_control(place: Place) -> Outcome:
    begun(place)
    place.fault()
    gate = place.run("burnline gate refunds --start")
    assert gate.code == 6, gate
    tried, freed = 0, 0
    for number, (name, tier) in enumerate(
        itertools.product(LATER_FAULTS, ("closed", "approval", "last_known"))
    ):
        folder = place.folder / f"{number}"
        folder.mkdir()
        control = Control(folder)
        control.order(5, on_fault=tier)
        guard = control.guard()
        assert guard.state == "open"
        LATER_FAULTS[name](control)
        control.later()
        asked = answers(guard)
        tried, freed = tried + 1, freed + (asked == (None, None, None) and tier != "last_known")
    happened = f"{tried} faults put to a guard, and `gate` exits 6: closed, approval or last orders"
    return Outcome(happened, written=tried, lost=freed, unit="refusals")


@scenario(
    "C4", "an older, good file is put back", "cp control/generations/1.json control/control.json"
)
def rolled_back(place: Place) -> Outcome:
    begun(place)
    place.must(_PAUSE)
    refused = [_refused(place, "known")]
    place.fault()
    refused += [_refused(place, "known"), _refused(place, "new")]
    doctor = place.doctor()
    assert "is not generation 2" in doctor, doctor
    return Outcome(
        f"{len(refused)} starts are refused, 1 to an agent that never saw the pause; "
        "`doctor` misses generation 2",
        written=len(refused),
        lost=refused.count(False),
        unit="refusals",
    )


def _refused(place: Place, name: str) -> bool:
    """Say whether an agent that starts now, and may remember earlier starts, may start no run."""
    memory = place.folder / name
    guard = Guard(place.control, "refunds", agent=name, watch=False, state_dir=memory)
    try:
        guard.check_start()
    except RoutePaused:
        return True
    return False


@scenario(
    "C5", "the file is never refreshed again", "(nobody refreshes it, its stale_after being 30 s)"
)
def frozen_file(place: Place) -> Outcome:
    folder = place.folder / "c"
    folder.mkdir()
    control, found = Control(folder), []
    for tier, after in (("closed", "closed"), ("approval", "approval"), ("last_known", "open")):
        control.write(document(1, orders(on_fault=tier), stale_after_s=30))
        guard = control.guard(state_dir=control.directory.parent / tier)
        states = [guard.state]
        control.later(31)
        states.append(guard.state)
        control.clock.tick(-31)
        found.append(states == ["open", after])
    return Outcome(
        "after 30 s unrefreshed: closed, approval, and last orders for an hour, by the tier",
        written=len(found),
        lost=found.count(False),
        unit="tiers",
    )


@scenario(
    "C6",
    "an agent edits the file, its directory being writable to it",
    "sed -i s/paused/open/ control/control.json",
)
def edited(place: Place) -> Outcome:
    begun(place)
    place.must(_PAUSE)
    place.must("chmod 755 control")
    place.fault()
    gate = place.run("burnline gate refunds --start")
    place.collect()
    said = place.status()["store"]["tampering"] or ""
    pages = place.rows("select count(*) from alert where kind = 'tampering'")[0][0]
    assert "checksum" in said, said
    assert "checksum" in place.doctor()
    held = gate.code != 0
    return Outcome(
        f"`gate` exits {gate.code}; {pages} page; status, doctor: {said.split(': ')[1]}",
        written=1,
        lost=int(not held) + int(pages != 1),
        twice=max(0, pages - 1),
        unit="orders",
    )


@scenario(
    "C7",
    "a link to somebody's file in place of the control file",
    "rm control/control.json; ln -s ../victim control/control.json",
)
def planted_link(place: Place) -> Outcome:
    begun(place)
    (place.folder / "victim").write_text("precious")
    place.fault()
    place.must(_PAUSE)
    assert (place.folder / "victim").read_text() == "precious"
    assert not place.control.is_symlink()
    stands = len(parse(place.control.read_bytes()).route("refunds").directives)
    place.must("chmod 777 control")
    refused = place.run("burnline freeze refunds --change prompt --reason r --yes")
    assert refused.code == 1
    assert "others may write it" in refused.err + place.doctor()
    return Outcome(
        "the link is replaced, its target untouched; at mode 0777 every further order is refused",
        written=1,
        lost=1 - stands,
        unit="orders",
    )


@scenario(
    "C8",
    "an agent goes on and never reads the file",
    "(its log goes on after the order, without a receipt)",
)
def unobserved(place: Place) -> Outcome:
    station = place.station
    for number in range(3):
        station.write("a.jsonl", event("run.delivered", f"r-{number}", number, agent="w-1"))
    place.read()
    stage = ControlDesk(station.collector.writer, Stage(place.folder).file, station.settings)
    stage.initialise(["refunds"], by="dana", now_us=station.now_us)
    station.at(MINUTE)
    stage.give(order(route="refunds"), station.now_us)
    for number in range(3):
        at_s = 10 * MINUTE + number
        station.write("a.jsonl", event("run.delivered", f"s-{number}", at_s, agent="w-1"))
    station.at(11 * MINUTE)
    place.read()
    place.read()
    kinds = place.rows("select body from alert where severity = 'page'")
    overdue = sum("overdue" in row[0] for row in kinds)
    booked = place.rows("select count(*) from miss where class = 'recovery'")[0][0]
    (view,) = [item for item in station.status()["routes"] if item["route"] == "refunds"]
    late = view["directives"][0]["overdue"]
    return Outcome(
        f"{len(late)} agent overdue, {overdue} page, {booked} recovery miss for the order",
        written=1,
        lost=int(booked < 1 or overdue < 1),
        twice=max(0, booked - 1),
        unit="orders",
    )


@scenario("C9", "no file event ever comes", "(50 times: mv fresh control/control.json)")
def no_watch(place: Place) -> Outcome:
    folder = place.folder / "c"
    folder.mkdir()
    control = Control(folder)
    control.order(1)
    guard, seen = control.guard(), set()
    for generation in range(2, 52):
        control.order(generation)
        control.later(1.0)
        assert guard.state == "open"
        seen.add(guard.generation)
    return Outcome(
        "each of 50 replacements is seen at the next check",
        written=50,
        lost=50 - len(seen),
        unit="generations",
    )


_EDITS = (
    "update audit set detail = '{}' where seq = 2",
    "delete from audit where seq = 2",
    "delete from audit where seq > 2",
)


@scenario("C10", "the audit is edited in the store", f"({'; '.join(_EDITS)})")
def edited_audit(place: Place) -> Outcome:
    begun(place)
    for verb in ("freeze refunds --change prompt", "pause refunds", "freeze refunds --change tool"):
        place.must(f"burnline {verb} --reason r --by dana --yes")
    named = []
    for statement in _EDITS:
        connection = create(place.store)
        connection.execute("begin")
        connection.execute(statement)
        lines = mirror.read(mirror.mirror_path(place.store))
        verdict = verify.verify(reader.audit_since(connection, 0), lines)
        named.append(f"{verdict.kind} {verdict.row}" if verdict.row else verdict.kind)
        connection.execute("rollback")
        connection.close()
    unseen = named.count(verify.WHOLE)
    assert place.run("burnline audit --verify").code == 0
    return Outcome(f"named: {', '.join(named)}", written=len(named), lost=unseen, unit="edits")


@scenario(
    "C11",
    "the order is given, the audit's row is not",
    "(the process ends before each call of the order in turn)",
)
def between_file_and_store(place: Place) -> Outcome:
    start = place.folder / "begun"
    start.mkdir()
    stage = Stage(start)
    stage.initialise()
    stage.close()
    cuts, unaudited = 0, 0

    def pause(_: Stage, desk: ControlDesk) -> None:
        desk.give(order(DirectiveKind.PAUSE), NOON_US)

    for second, _ in cut_off(start, _folder(place), pause, "before"):
        second.desk.reconcile(NOON_US)
        second.assert_agreement()
        cuts += 1
        stands = second.standing()
        told = [row for row in second.audit() if row.route == ROUTE or "d-2" in row.detail]
        unaudited += bool(stands) and not told
    return Outcome(
        f"cut off before each of {cuts} calls; the next start audits what stands",
        written=cuts,
        lost=unaudited,
        unit="orders",
    )


def _folder(place: Place) -> Path:
    folder = place.folder / "cuts"
    folder.mkdir()
    return folder
