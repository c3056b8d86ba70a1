"""Orders and acknowledgements from the key that asks for one to its outcome on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.text import clean
from console.tui.draft import NOTHING, drafted, first_form
from console.tui.host import front
from console.tui.placed import Placed
from console.tui.screens.acknowledge import AcknowledgeDialog
from console.tui.screens.answer import AnswerDialog
from console.tui.screens.close import CloseDialog
from console.tui.screens.grant import GrantDialog
from console.tui.screens.menu import ActionMenu, entries
from console.tui.screens.order import OrderDialog
from console.tui.screens.silence import SilenceDialog
from console.tui.typed_ahead import TypedAhead

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.review.types import Move, Review
    from console.snapshot.types import AlertView, ApprovalView
    from console.tui.app import ConsoleApp
    from console.tui.feed import OrderRequest, Verb
    from console.tui.messages import Answered, Ordered


class Desk:
    """Where orders are given. Read-only consoles have one too; it gives none."""

    def __init__(self, app: ConsoleApp, clock: Callable[[], int]) -> None:
        self._app = app
        self.typed = TypedAhead(clock)

    def act_on(self, route: str) -> None:
        """Let the operator choose an order for a route, on live data even under HOLD."""
        app = self._app
        live = app.frame.live
        view = live.route(route) if live else None
        if view is None or live is None or app.read_only:
            return

        menu = ActionMenu(view)

        def chosen(verb: Verb | None) -> None:
            if verb is not None:
                self.open(route, verb, wary=menu.strayed)

        app.push_screen(menu, chosen)

    def open(self, route: str, verb: Verb, *, wary: bool = False) -> None:
        """Open the dialog of an order on live data; say why where there is no use for it.

        A `wary` dialog waits on Cancel, and takes nothing for its reason that was typed blind.
        """
        live = self._app.frame.live
        view = live.route(route) if live else None
        if view is None or live is None or self._app.read_only:
            self._say(f"No order can be given to {route} now.")
        elif any(each.verb == verb and each.useful for each in entries(view)):
            self._app.push_screen(OrderDialog(verb, view, live.store.generation, wary=wary))
        else:
            self._say(f"{route}: {NOTHING[verb]}")

    def propose(self, route: str, step: Move, reason: str) -> None:
        """Let the operator give the order that a review proposes, on live data."""
        live = self._app.frame.live
        view = live.route(route) if live else None
        if live is None or view is None:
            self._say(f"{route} is not in the live picture: no order can be given.")
            return
        given = {"reason": clean(reason), "changes": ", ".join(step.changes)}
        given["actions"] = ", ".join(step.actions)
        given["max_runs"] = "" if step.max_runs is None else str(step.max_runs)
        if not self._app.read_only:
            self._app.push_screen(OrderDialog(step.verb, view, live.store.generation, given))

    def accept(self, route: str) -> None:
        """Carry out the strictest proposal on a route: one key, its reason stands already."""
        live = self._app.frame.live
        view = live.route(route) if live else None
        if live is None or view is None or not view.proposals:
            self._say("The ladder proposes nothing on this route.")
            return
        request = drafted(
            "accept", route, self._app.operator, live.store.generation, first_form("accept", view)
        )
        self.place(request)

    def place(self, request: OrderRequest) -> None:
        """Give an order. A read-only console gives none, whatever asked for it."""
        if not self._app.read_only:
            self._app.errands.order(request)

    def ordered(self, message: Ordered, now_us: int) -> None:
        """Follow an order that was given, and tell the dialog that asked for it."""
        app, result = self._app, message.result
        if result is not None and result.ok:
            placed = Placed(request=message.request, result=result, placed_us=now_us)
            app.frame = app.frame.ordered(placed)
            app.note(result.sentence)
        else:
            self._say(result.sentence if result else message.trouble)
        dialog = front(app)
        if isinstance(dialog, OrderDialog):
            dialog.outcome(message)
        app.errands.snapshot()

    def take(self, alert: AlertView) -> None:
        """Let the operator take ownership of an alert."""
        if self._answerable(alert, "there is nothing to own"):
            self._app.push_screen(AcknowledgeDialog(alert))

    def hush(self, alert: AlertView) -> None:
        """Let the operator silence what an alert is about."""
        if not alert.route:
            self._say("An alert of the control file serves every route: it is not silenced.")
        elif self._answerable(alert, "there is nothing to silence"):
            self._app.push_screen(SilenceDialog(alert))

    def end(self, alert: AlertView) -> None:
        """Let the owner sign a hard stop closed; anything else ends by itself."""
        if alert.state != "resolved" and not alert.hard_stop:
            self._say("No hard stop stands in this alert: it resolves by itself, on data.")
        elif self._answerable(alert, "there is nothing to close"):
            live = self._app.frame.live
            view = live.route(alert.route) if live else None
            self._app.push_screen(CloseDialog(alert, view.owner if view else ""))

    def answer(self, approval: ApprovalView) -> None:
        """Let the operator grant what a run waits for."""
        if not self._app.read_only:
            self._app.push_screen(GrantDialog(approval))

    def _answerable(self, alert: AlertView, nothing: str) -> bool:
        if self._app.read_only:
            return False
        if alert.state == "resolved":
            self._say(f"This alert is resolved: {nothing}.")
        return alert.state != "resolved"

    def own(self, alert: AlertView, note: str) -> None:
        """Put the operator's name on an alert."""
        if not self._app.read_only:
            self._app.errands.acknowledge(alert.id, self._app.operator, note)

    def sign(self, alert: AlertView, by: str, note: str) -> None:
        """Close the hard stop of an alert, signed by `by`."""
        if not self._app.read_only:
            self._app.errands.close(alert.id, by, note)

    def quiet(self, match: str, for_us: int, reason: str) -> None:
        """Silence what `match` names."""
        if not self._app.read_only:
            self._app.errands.silence(match, for_us, self._app.operator, reason)

    def grant(self, approval: ApprovalView, for_us: int, reason: str) -> None:
        """Let a run go on."""
        if not self._app.read_only:
            self._app.errands.grant(approval, for_us, self._app.operator, reason)

    def sign_review(self, review: Review, by: str, decision: str, note: str) -> None:
        """Sign a review as it was shown."""
        if not self._app.read_only:
            self._app.errands.sign(review, by, decision, note)

    def exclude(self, route: str, period: tuple[int, int], reason: str) -> None:
        """Take an outage out of what a route is charged."""
        if not self._app.read_only:
            self._app.errands.correct(route, period, self._app.operator, reason)

    def answered(self, message: Answered) -> None:
        """Say what became of an answer, and tell the dialog that gave it."""
        self._say(message.sentence, ok=message.done)
        dialog = front(self._app)
        if isinstance(dialog, AnswerDialog):
            dialog.outcome(message)
        self._app.errands.snapshot()

    def _say(self, text: str, *, ok: bool = False) -> None:
        self._app.notify(clean(text), severity="information" if ok else "error", markup=False)
