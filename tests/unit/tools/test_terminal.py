"""What a person sees of names and values that somebody else chose."""

import io

import pytest
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tools.terminal import Terminal, visible

CLEAR_SCREEN = "\x1b[2J"
HOSTILE = (
    f"{CLEAR_SCREEN}\x1b]0;title\x07[red]a[/nothing] :smile: \u202egnp.exe\r\n=cmd|' /C calc'!A0"
)


def shown(what: object, **settings: object) -> str:
    file = io.StringIO()
    Terminal(file=file, width=400, **settings).print(what)
    return file.getvalue()


def table(cell: object) -> Table:
    made = Table(box=None)
    made.add_column("Key")
    made.add_row(cell)  # type: ignore[arg-type]
    return made


@pytest.mark.parametrize("what", [HOSTILE, Text(HOSTILE), table(HOSTILE), table(Text(HOSTILE))])
@pytest.mark.parametrize("is_terminal", [True, False])
def test_names_and_values_cannot_steer_the_terminal(what: object, is_terminal: bool) -> None:
    said = shown(what, force_terminal=is_terminal, color_system=None)
    assert not set(said) & {"\x1b", "\x07", "\r", "\u202e"}
    assert "\\x1b[2J" in said, "what was there is shown"
    assert "[red]a[/nothing] :smile:" in said, "brackets are brackets"


def test_colours_and_live_views_of_our_own_stay() -> None:
    said = shown(Text("done", style="green"), force_terminal=True, color_system="standard")
    assert said == "\x1b[32mdone\x1b[0m\n"
    file = io.StringIO()
    with Live(console=Terminal(file=file, force_terminal=True, width=80)) as live:
        live.update(table("first\x1b[2J"), refresh=True)
        live.update(table("second"), refresh=True)
    assert "\x1b[1A" in file.getvalue(), "the second view takes the place of the first"
    assert CLEAR_SCREEN not in file.getvalue()


def test_line_breaks_stay_line_breaks() -> None:
    assert visible("one\ntwo\tthree") == "one\ntwo\\tthree"
