"""One of the five questions with its answer, as a block of the route screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical

from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from console.tui.figures.spans import Line


class AnswerBlock(Vertical):
    """A numbered question and the lines that answer it."""

    DEFAULT_CSS = "AnswerBlock { height: auto; }"

    def __init__(self, number: int) -> None:
        super().__init__(id=f"answer-{number}")
        self._number = number

    def compose(self) -> ComposeResult:
        """Put the question over the answer."""
        question, answer = Prose(), Prose()
        question.add_class("question")
        question.set_class(self._number == 1, "first")
        answer.add_class("answer")
        yield question
        yield answer

    def show(self, question: Line, lines: Sequence[Line]) -> None:
        """Show the question with its answer, and below it the numbers."""
        asked, answer = self.query(Prose).results(Prose)
        asked.show([question])
        answer.show(lines)
