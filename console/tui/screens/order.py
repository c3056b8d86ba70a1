"""The dialog in which an order is decided: what it would do, who and why, and the confirmation.

It works on live data, whatever HOLD shows. The operator decides on one control generation; when
somebody else was first, the dialog shows what changed and asks again on the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from textual import on
from textual.widgets import Button, Input

from console.tui.draft import (
    FIELDS,
    NO,
    YES,
    Form,
    cause,
    drafted,
    first_form,
    missing,
    needs_typed_name,
    relaxable,
)
from console.tui.feed import RELAXING, OrderPreview, OrderRequest, Verb
from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.messages import Ordered, Previewed
from console.tui.render.blast import blast, changed_meanwhile, grounds
from console.tui.render.orders import NAMES
from console.tui.screens.dialog import Dialog
from console.tui.widgets.choice import Choice, Picker
from console.tui.widgets.field import Field
from console.tui.widgets.form_field import FormField
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from console.snapshot.types import RouteView
    from console.tui.frame import Frame

_HINTS = {
    "duration": ("for", "until lifted; or 2h, 1d"),
    "changes": ("changes", "kinds of change, separated by commas"),
    "actions": ("actions", "names of actions, separated by commas"),
    "max_runs": ("runs at once", "a number, or empty"),
}
_SILENT = ("stale", "none")


class OrderDialog(Dialog[None]):
    """Freeze, tighten, reduce, pause, step down or lift one route, or do what is proposed."""

    CSS_PATH = "order.tcss"
    ABOUT = "Says what an order would do before it is given. ctrl+y gives it; Enter never does."

    def __init__(
        self,
        verb: Verb,
        view: RouteView,
        generation: int,
        given: Form | None = None,
        *,
        wary: bool = False,
    ) -> None:
        super().__init__()
        self._wary = wary
        self.verb = verb
        self._decided_on = view
        self._view = view
        self._generation = generation
        self._form: Form = first_form(verb, view) | (given or {})
        self._cause = None if verb in RELAXING else cause(view)
        self._preview: OrderPreview | None = None
        self._preview_trouble = ""
        self._writing: OrderRequest | None = None

    def fields(self) -> ComposeResult:
        """Compose title, effect, and the fields of the verb."""
        yield Prose(id="title")
        yield Prose(id="blast")
        yield Field("reason", "reason", self._form["reason"], "required: why?")
        for name in FIELDS[self.verb]:
            yield self._field(name)
        typed = Field("typed", "route name", "", f"type {self._view.route}")
        typed.display = needs_typed_name(self.verb, self._view, None)
        yield typed
        yield Prose(id="meanwhile", hide_empty=True)

    def _field(self, name: str) -> FormField:
        if name in _HINTS:
            label, placeholder = _HINTS[name]
            return Field(name, label, self._form[name], placeholder)
        if name == "drain":
            values = [(YES, "running runs finish"), (NO, "running runs stop at their next check")]
            return Choice(name, "open runs", values, YES)
        if name == "override":
            values = [(NO, "no"), (YES, "yes: lift before the exit rule holds, audited")]
            return Choice(name, "override", values, NO)
        if self.verb == "accept":
            proposed = [(each.proposal, each.words) for each in self._view.proposals]
            return Choice(name, "proposal", proposed, self._form["directive"])
        orders = [each.directive for each in relaxable(self.verb, self._view)]
        words = [(each.id, f"{NAMES[each.kind]} by {each.by}: {each.reason}") for each in orders]
        return Choice(name, "order", words, self._form["directive"])

    def on_mount(self) -> None:
        """Start where a stray Enter is harmless: on the empty reason, else on Cancel."""
        super().on_mount()
        tone = Tone.TICKET if self.verb in RELAXING else Tone.ALARM
        title = line((self.verb.capitalize(), tone), " ", (self._view.route, Tone.STRONG))
        self.query_one("#title", Prose).show([title])
        self.set_class(self.verb in RELAXING, "-relaxing")
        if self._form["reason"] or self._wary:
            self.query_one("#cancel", Button).focus()
        else:
            self.query_one("#field-reason", Field).take_focus()
        self.watch(self.app, "frame", self._frame_changed)
        self._ask()

    def on_key(self, event: events.Key) -> None:
        """Note what is typed where nothing takes it: it was meant for something else.

        What came for the reason before its field was there is no stray: it goes in now.
        """
        reason = self.query_one("#field-reason", Field)
        if event.is_printable and event.character and reason.has_the_cursor:
            reason.take(event.character)
            return
        self.stray(event)

    def _request(self) -> OrderRequest:
        app = host(self)
        return drafted(self.verb, self._view.route, app.operator, self._generation, self._form)

    def _ask(self) -> None:
        """Ask what the order would do as it stands in the form."""
        host(self).errands.preview(self, self._request())

    def _read(self) -> None:
        for name in ("reason", "typed", *FIELDS[self.verb]):
            field = self.query_one(f"#field-{name}", FormField)
            self._form[name] = field.value

    @on(Input.Changed)
    @on(Picker.Turned)
    def form_changed(self) -> None:
        """Follow the form; ask anew when the order itself has changed."""
        before = self._order_alone()
        self._read()
        self.complain("")
        if self._order_alone() != before:
            self._ask()

    def _order_alone(self) -> OrderRequest:
        """Return the order without its reason, which changes nothing of its effect."""
        return msgspec.structs.replace(self._request(), reason="")

    def on_previewed(self, message: Previewed) -> None:
        """Show what the order would do."""
        self._preview, self._preview_trouble = message.preview, message.trouble
        typed = needs_typed_name(self.verb, self._view, self._preview)
        self.query_one("#field-typed").display = typed
        self._show_blast()

    def _show_blast(self) -> None:
        app = host(self)
        look = app.look(app.frame)
        lines = blast(self._preview, self._preview_trouble, app.operator, look)
        if not self.has_class("-short"):
            lines += grounds(self._cause, self._view, self._request(), look)
        refused = self._refused(app.frame)
        if refused:
            lines.append(line(("refused   ", Tone.ALARM), (refused, Tone.STRONG)))
        self.query_one("#blast", Prose).show(lines)

    def _frame_changed(self, frame: Frame) -> None:
        """Follow the live picture, also while the display is held."""
        if frame.live is None:
            return
        self._view = frame.live.route(self._view.route) or self._view
        if self.is_mounted:
            self._show_blast()
            self._show_meanwhile(frame)

    def _show_meanwhile(self, frame: Frame) -> None:
        lines: list[Line] = []
        changed = changed_meanwhile(self._decided_on, self._view, host(self).look(frame))
        if changed:
            head = line(("Changed since you opened this", Tone.ALARM))
            lines = [head, *changed]
        self.query_one("#meanwhile", Prose).show(lines)

    def _refused(self, frame: Frame) -> str:
        """Return why the order may not be given; restricting is only ever refused by the feed."""
        if self._preview is not None and self._preview.refused:
            return self._preview.refused
        if self.verb not in RELAXING:
            return ""
        if frame.late or frame.trouble:
            return "The picture is old. Nothing is relaxed on stale data."
        if self._view.data in _SILENT and self._view.state.value != "paused":
            return "The route's data is stale. Nothing is relaxed on stale data."
        return self._preview_trouble

    def action_confirm(self) -> None:
        """Give the order, if nothing is missing and nothing forbids it."""
        if self._writing is not None or self.typed_blind():
            return
        self._read()
        refused = self._refused(host(self).frame)
        if refused:
            self.complain(f"Refused: {refused}")
            return
        typed = needs_typed_name(self.verb, self._view, self._preview)
        look = host(self).look(host(self).frame)
        lack = missing(self.verb, self._view, self._form, look, typed=typed)
        if lack is not None:
            self.complain(lack.sentence)
            self.query_one(f"#field-{lack.field}", FormField).take_focus()
            return
        self._writing = self._request()
        self.complain("Writing the control file.")
        host(self).desk.place(self._writing)

    def outcome(self, message: Ordered) -> None:
        """Close on success; on a conflict show what changed and ask again."""
        if message.request is not self._writing:
            return
        self._writing = None
        result = message.result
        if result is not None and result.ok:
            self.dismiss(None)
        elif result is not None and result.conflict:
            self._generation = result.generation
            self.complain(f"Not given. {result.sentence} Look again, then ctrl+y gives it anyway.")
            self._ask()
        else:
            self.complain(result.sentence if result else message.trouble)
