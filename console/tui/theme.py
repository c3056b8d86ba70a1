"""How the console looks: four themes, and what every tone is drawn as.

The palette is that of Okabe and Ito, which people with any colour vision tell apart; blue is calm
and orange is alarm, never green against red. Each tone is a variable (`$tone-page`), so a theme of
Textual's or of the user's may replace it. Without colour (NO_COLOR) tones become text attributes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual.content import Content
from textual.theme import BUILTIN_THEMES, Theme

from console.text import clean
from console.tui.figures.spans import Line, Span, Tone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import App

TEXT_LIMIT = 65_536
"""Longest piece of text drawn, in characters."""
DARK = Theme(
    name="burnline-dark",
    primary="#56b4e9",
    secondary="#3d6f94",
    accent="#e69f00",
    warning="#e69f00",
    error="#ff8552",
    success="#56b4e9",
    foreground="#d9dee5",
    background="#0d1117",
    surface="#141a22",
    panel="#1c2530",
    dark=True,
)
LIGHT = Theme(
    name="burnline-light",
    primary="#00609a",
    secondary="#7fa8c4",
    accent="#9a5b00",
    warning="#9a5b00",
    error="#b03a00",
    success="#00609a",
    foreground="#1b2128",
    background="#fbfbf9",
    surface="#f1f1ee",
    panel="#e4e5e1",
    dark=False,
)
COLOUR_BLIND = Theme(
    name="burnline-colour-blind",
    primary="#5aa9ff",
    secondary="#2f5f9e",
    accent="#ffd400",
    warning="#ffd400",
    error="#ffffff",
    success="#5aa9ff",
    foreground="#e8e8e8",
    background="#000000",
    surface="#101418",
    panel="#1c2228",
    dark=True,
    variables={
        "tone-muted": "#a0a8b0",
        "tone-ok": "#5aa9ff",
        "tone-watch": "#c8c8c8",
        "tone-ticket": "#ffd400",
        "tone-alarm": "#ffd400",
        "tone-page": "#000000",
        "tone-page-block": "#ffd400",
        "tone-hard-stop": "#000000",
        "tone-hard-stop-block": "#ffffff",
        "tone-unknown": "#b8b8b8",
        "tone-key": "#9accff",
        "tone-label": "#ffffff",
        "tone-label-block": "#1f4f9e",
        "row-cursor": "#1b3a63",
    },
)
"""Blue, yellow and white alone, far apart in brightness: also for who sees no colour at all."""
ANSI = Theme(
    name="burnline-ansi",
    primary="ansi_blue",
    secondary="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_cyan",
    accent="ansi_yellow",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    ansi=True,
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        "tone-muted": "ansi_default",
        "tone-strong": "ansi_default",
        "tone-ok": "ansi_cyan",
        "tone-watch": "ansi_yellow",
        "tone-ticket": "ansi_yellow",
        "tone-alarm": "ansi_bright_red",
        "tone-page": "ansi_black",
        "tone-page-block": "ansi_yellow",
        "tone-hard-stop": "ansi_white",
        "tone-hard-stop-block": "ansi_red",
        "tone-unknown": "ansi_magenta",
        "tone-key": "ansi_blue",
        "tone-label": "ansi_white",
        "tone-label-block": "ansi_magenta",
        "row-cursor": "ansi_bright_black",
    },
)
"""The sixteen colours as the terminal itself has them."""
NAMES = {
    "dark": DARK.name,
    "light": LIGHT.name,
    "colour-blind": COLOUR_BLIND.name,
    "ansi": ANSI.name,
}
"""Our themes, as operators call them, in the order in which a key goes through them."""
_ON_DARK = {
    "tone-muted": "#8a94a0",
    "tone-strong": "#ffffff",
    "tone-ok": "#56b4e9",
    "tone-watch": "#f0e442",
    "tone-ticket": "#e69f00",
    "tone-alarm": "#ff8552",
    "tone-page": "#160a00",
    "tone-page-block": "#ff9a3c",
    "tone-hard-stop": "#ffffff",
    "tone-hard-stop-block": "#c84a00",
    "tone-unknown": "#d79bc0",
    "tone-key": "#8fd0f5",
    "tone-label": "#ffffff",
    "tone-label-block": "#6a3d9a",
    "row-cursor": "#24415a",
}
_ON_LIGHT = {
    "tone-muted": "#5d6670",
    "tone-strong": "#000000",
    "tone-ok": "#00609a",
    "tone-watch": "#6b5d00",
    "tone-ticket": "#8f5300",
    "tone-alarm": "#b03a00",
    "tone-page": "#ffffff",
    "tone-page-block": "#b84a00",
    "tone-hard-stop": "#ffffff",
    "tone-hard-stop-block": "#7d2600",
    "tone-unknown": "#8a3a72",
    "tone-key": "#004f80",
    "tone-label": "#ffffff",
    "tone-label-block": "#5b2d8a",
    "row-cursor": "#c4dff2",
}
_COLOURED: dict[Tone, str] = {
    Tone.PLAIN: "",
    Tone.MUTED: "$tone-muted",
    Tone.STRONG: "bold $tone-strong",
    Tone.HEADING: "bold $tone-key",
    Tone.OK: "$tone-ok",
    Tone.WATCH: "$tone-watch",
    Tone.TICKET: "$tone-ticket",
    Tone.ALARM: "bold $tone-alarm",
    Tone.PAGE: "bold $tone-page on $tone-page-block",
    Tone.HARD_STOP: "bold $tone-hard-stop on $tone-hard-stop-block",
    Tone.UNKNOWN: "italic $tone-unknown",
    Tone.KEY: "$tone-key",
    Tone.LABEL: "bold $tone-label on $tone-label-block",
}
_COLOURLESS: dict[Tone, str] = {
    Tone.PLAIN: "",
    Tone.MUTED: "",
    Tone.STRONG: "bold",
    Tone.HEADING: "bold underline",
    Tone.OK: "",
    Tone.WATCH: "",
    Tone.TICKET: "bold",
    Tone.ALARM: "bold",
    Tone.PAGE: "bold reverse",
    Tone.HARD_STOP: "bold reverse",
    Tone.UNKNOWN: "italic",
    Tone.KEY: "",
    Tone.LABEL: "bold underline",
}


def dress(app: App[None], theme: str) -> None:
    """Put a theme on: that of the environment, else `theme`, one of `NAMES` or its full name."""
    for ours in (DARK, LIGHT, COLOUR_BLIND, ANSI):
        app.register_theme(ours)
    wanted = os.environ.get("TEXTUAL_THEME", "") or NAMES.get(theme, theme)
    # The environment's theme is taken before ours are known: set it from another one, or it is not.
    app.set_reactive(type(app).theme, "textual-dark")
    app.theme = wanted if wanted in app.available_themes else DARK.name


def after(name: str) -> str:
    """Return the name of our theme that follows one."""
    every = list(NAMES.values())
    return every[(every.index(name) + 1) % len(every)] if name in every else every[0]


def variables(dark: bool) -> dict[str, str]:
    """Return the colours behind the tones for a dark or a light theme."""
    return dict(_ON_DARK if dark else _ON_LIGHT)


def style_of(tone: Tone, colourless: bool) -> str:
    """Return the style of a tone as Textual writes it."""
    return (_COLOURLESS if colourless else _COLOURED)[tone]


def content(lines: Iterable[Line], colourless: bool) -> Content:
    """Return lines as content for a widget.

    Nothing in them is read as markup, and nothing in them reaches the terminal as a control: text
    is clean where it enters, and made so once more where it leaves.
    """
    rows = [Content.assemble(*(_styled(span, colourless) for span in spans)) for spans in lines]
    return Content("\n").join(rows)


def _styled(span: Span, colourless: bool) -> Content:
    return Content.styled(clean(span.text, TEXT_LIMIT), style_of(span.tone, colourless))
