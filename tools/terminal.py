"""A console on which nothing that comes from a file, its name or its sender is more than text.

An escape sequence in a key could clear the screen, change the title or fake a line, and ``[red]``
would be mark-up: https://rich.readthedocs.io/en/stable/markup.html#escaping
"""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment


class Terminal(Console):
    """rich's console, without mark-up in plain strings, and with control characters shown."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"highlight": False, "markup": False, "emoji": False, **settings})

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render as rich does; what rich sends to steer the terminal stays as it is."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(visible(segment.text), segment.style)


def visible(text: str) -> str:
    """Return the text with every control character but line breaks written out."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else sign.encode("unicode_escape").decode()
        for sign in text
    )
