"""Keys of the operator's own: the settings' in place of ours, shown wherever keys are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from console.text import clean
from console.tui.pages import binding_ids, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.binding import Binding

    from console.tui.app import ConsoleApp


class Rebound(App[None], inherit_bindings=False):
    """What rebinding is, as a part of the application; `own_keys` maps binding ids to keys."""

    own_keys: Mapping[str, str]

    def rebind(self, console: type[ConsoleApp]) -> None:
        """Apply the keys of the settings, and say which of them mean nothing."""
        known = binding_ids(console)
        unknown = sorted(set(self.own_keys) - known)
        self.set_keymap({name: key for name, key in self.own_keys.items() if name in known})
        if unknown:
            each = (f"{name}{nearest(name, known)}" for name in unknown)
            text = f"Keys for unknown actions are ignored: {', '.join(each)}"
            self.notify(clean(text), severity="warning", markup=False)

    def keys_of(self, binding: Binding) -> str:
        """Return all keys of a binding as the help shows them, after rebinding."""
        keys = self.own_keys.get(binding.id or "", binding.key).split(",")
        each = [binding.with_key(key, binding.key_display) for key in keys]
        return " ".join(dict.fromkeys(self.get_key_display(one) for one in each))

    def quit_key(self) -> str:
        """Return the key that ends the console from anywhere."""
        return self.own_keys.get("app.quit", "ctrl+q")

    def action_say_quit(self) -> None:
        """Say how to quit: the fleet is left in no other way."""
        self.notify(f"{self.quit_key()} quits.", markup=False)
