"""How the tables of the summary look: a title, plain columns, bars that use what room the screen leaves. Nothing is
cut: what does not fit goes on in the next line."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

_NARROW, _WIDE = 8, 24
_SPARKS = "·▁▂▃▄▅▆▇█"
Row = tuple[str, Sequence[int], int]  # label, numbers, what the bar draws


class Sheet:
    """Prints tables of one look onto a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = max(_NARROW, min(_WIDE, console.width - 62))

    def show(self, title: str, columns: Sequence[str], rows: Sequence[Row], note: str = "", bars: bool = True) -> None:
        """``columns``: the label's first, then one per number."""
        table = Table(
            title=title, title_justify="left", caption=note or None, caption_justify="left", box=box.SIMPLE_HEAD
        )
        for number, column in enumerate(columns):
            table.add_column(column, justify="right" if number else "left", overflow="fold")
        most = max((drawn for _, _, drawn in rows), default=0)
        if bars:
            table.add_column("", min_width=self._bar, overflow="fold")
        for label, numbers, drawn in rows:
            cells = [f"{number:,}" for number in numbers]
            table.add_row(label, *cells, *([self.bar(drawn, most)] if bars else []))
        self._console.print(table)

    def say(self, text: str) -> None:
        self._console.print(text, overflow="fold", highlight=False)

    def bar(self, number: int, most: int) -> str:
        """Something is seen wherever there is something."""
        return "" if not number or not most else "█" * max(1, round(self._bar * number / most))


def sparks(numbers: Sequence[int], most: int) -> str:
    """One character per number, a dot for nothing.

    >>> sparks([0, 1, 50, 100], 100)
    '·▁▄█'
    """
    return "".join(_SPARKS[0 if not number else max(1, round(8 * number / most))] for number in numbers)
