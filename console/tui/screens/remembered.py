"""A view that begins as the last session left it, if it is one of those that always exist."""

from __future__ import annotations

from typing import ClassVar

from console.tui.host import host
from console.tui.screens.view import View


class Remembered(View):
    """Subclasses say what is worth remembering, and take it back, whatever it has become."""

    NOUN: ClassVar[str] = "rows"

    def on_mount(self) -> None:
        """Take back what was remembered."""
        super().on_mount()
        if self._lasting:
            self.recall(host(self).keeping.memory_of(self.NOUN))

    def memento(self) -> dict[str, object]:
        """Return what is worth remembering."""
        raise NotImplementedError

    def recall(self, known: dict[str, object]) -> None:
        """Begin with what was remembered; what makes no sense is left out."""
        raise NotImplementedError

    def remember(self) -> None:
        """Note how the view is now."""
        if self._lasting:
            host(self).keeping.note(self.NOUN, self.memento())

    @property
    def _lasting(self) -> bool:
        return type(self) in host(self).MODES.values()
