"""What a dialog asks of each of its fields."""

from __future__ import annotations

from textual.containers import Horizontal


class FormField(Horizontal):
    """A labelled field of a form; its id is `field-` and its name."""

    @property
    def value(self) -> str:
        """What is typed or chosen."""
        raise NotImplementedError

    def take_focus(self) -> None:
        """Let the operator type or choose here."""
        raise NotImplementedError
