"""The one style sheet of every page that people look at; its head says what there is."""

from pathlib import Path

STYLE = Path(__file__).with_name("page.css")


def style() -> str:
    """The sheet as text, for a page that needs nothing beside it."""
    return STYLE.read_text(encoding="utf-8")
