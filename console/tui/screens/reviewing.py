"""What the review of the fleet and that of a route have in common: the period, and the acts.

A review is built in a worker, one at a time, whenever another period is chosen, when something was
recorded in the audit, and on demand. Under HOLD and in the past it is that of the picture on show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

import msgspec
from textual.binding import Binding, BindingType

from console.review.types import Exclusion, Move
from console.review.written import writers
from console.tui.export import Paper
from console.tui.feed import ReviewRequest
from console.tui.host import host
from console.tui.screens.correct import CorrectDialog
from console.tui.screens.period_misses import PeriodMisses
from console.tui.screens.sign import SignDialog
from console.tui.screens.view import View

if TYPE_CHECKING:
    from console.review.types import Review, RouteReview
    from console.tui.frame import Frame
    from console.tui.messages import ReviewFetched

Kind = Literal["days", "week", "month"]
_KINDS: tuple[Kind, ...] = ("days", "week", "month")
_ACTS = ("carry_out", "sign")


class Period(NamedTuple):
    """A kind of period, and how many of them before the present one."""

    kind: Kind = "days"
    back: int = 0


class Reviewing(View):
    """A view of a review. Subclasses say which route is meant, and draw."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "period(1)", "Earlier", tooltip="Period before", id="review.earlier"),
        Binding(
            "right,l", "period(-1)", "Later", show=False, tooltip="Period after", id="review.later"
        ),
        Binding("w", "kind", "Week", tooltip="Seven days, week or month", id="review.kind"),
        Binding("y", "carry_out", "Do", tooltip="Carry out what is proposed", id="review.do"),
        Binding("s", "sign", "Sign", tooltip="Sign the review of the route", id="review.sign"),
        Binding("m", "misses", "Misses", show=False, tooltip="In the period", id="review.misses"),
        Binding("r", "go_to_route", "Route", show=False, tooltip="Go to it", id="review.route"),
        Binding("ctrl+r,f5", "again", "Make anew", show=False, id="review.again"),
    ]

    def __init__(self, route: str = "", period: Period = Period(), review: Review | None = None):  # noqa: B008
        super().__init__()
        self.scope = route
        self.period = period
        self.review = review
        self.wanted: ReviewRequest | None = None
        self.trouble = ""
        self._asked: object = None
        self._on_its_way = False

    def meant(self) -> RouteReview | None:
        """Return the route that a key is about."""
        raise NotImplementedError

    def show_review(self) -> None:
        """Draw what is there, without asking for anything."""
        raise NotImplementedError

    def follow(self, frame: Frame) -> None:
        """Have the review built that belongs to the picture on show, unless it is there."""
        if frame.shown is None or self._on_its_way or (frame.past and not frame.past.reached):
            return
        state = (self.period, frame.past and frame.past.at_us, frame.shown.store.audit_head)
        if state == self._asked:
            return
        self._asked, self._on_its_way = state, True
        self.wanted = ReviewRequest(
            kind=self.period.kind,
            back=self.period.back,
            route=self.scope,
            until_us=frame.shown.as_of_us,
        )
        host(self).errands.review(self, self.wanted)

    def on_review_fetched(self, message: ReviewFetched) -> None:
        """Show the review that came in; after an error, the one of before stays."""
        self._on_its_way = False
        if (message.wanted.kind, message.wanted.back) != self.period:
            self.call_after_refresh(self.redraw)
            return
        self.trouble = message.trouble
        if message.review is None:
            self._asked = None
        else:
            self.review = message.review
        self.call_after_refresh(self._show_fetched)

    def _show_fetched(self) -> None:
        if self.still_open:
            self.show_review()
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the acts out where the console may not act."""
        if action in _ACTS and (host(self).read_only or self.meant() is None):
            return None
        return super().check_action(action, parameters)

    def action_period(self, by: int) -> None:
        """Show the review of the period before, or after."""
        if self.period.back + by < 0:
            self.notify("This period is the present one.", markup=False)
        else:
            self._choose(self.period._replace(back=self.period.back + by))

    def action_kind(self) -> None:
        """Review seven days, an ISO week, or a month."""
        at = _KINDS.index(self.period.kind)
        self._choose(Period(_KINDS[(at + 1) % len(_KINDS)]))

    def _choose(self, period: Period) -> None:
        self.period, self.review, self.trouble = period, None, ""
        self.redraw()

    def action_again(self) -> None:
        """Have the review built anew, and the picture fetched."""
        self._asked = None
        host(self).errands.snapshot()
        self.redraw()

    def action_carry_out(self) -> None:
        """Open the dialog of what is proposed; where there is nothing to do but to sign, that."""
        view = self.meant()
        if view is None or self.review is None:
            return
        name, step = view.settings.name, view.decision.step
        if isinstance(step, Move):
            host(self).desk.propose(name, step, f"weekly review: {view.decision.rule}")
        elif isinstance(step, Exclusion):
            self.app.push_screen(CorrectDialog(name, step, view))
        else:
            self.action_sign()

    def action_sign(self) -> None:
        """Open the dialog that signs the review of the route, as it is on the screen."""
        view = self.meant()
        if view is not None and self.review is not None:
            only = msgspec.structs.replace(self.review, routes=(view,), scope=view.settings.name)
            self.app.push_screen(SignDialog(only, view))

    def action_misses(self) -> None:
        """Show the misses of the route in the period."""
        view = self.meant()
        if view is not None and self.review is not None:
            period = self.review.period
            self.app.push_screen(
                PeriodMisses(view.settings.name, period.label, (period.from_us, period.to_us))
            )

    def action_go_to_route(self) -> None:
        """Go to the route as it is now."""
        view = self.meant()
        if view is not None:
            host(self).open_route(view.settings.name)

    def action_copy(self) -> None:
        """Copy the command that the review proposes."""
        view = self.meant()
        if view is not None:
            self.copy(view.decision.command)

    def paper(self) -> Paper | None:
        """Return the review as an export has it."""
        review = self.review
        if review is None:
            return None
        return Paper(f"Review of {review.scope}", writers(review))
