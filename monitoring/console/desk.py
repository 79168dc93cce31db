"""What the console works with, put together by ``composing`` or by a test."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitoring.console import layout
from monitoring.console import map as flowmap
from monitoring.console.asking import Portal
from monitoring.console.lawpage import Laws
from monitoring.console.looks import Window
from monitoring.console.pages import PAGES
from monitoring.console.reports import Reports
from monitoring.console.tables import Tables
from monitoring.console.words import Words, read
from topics.catalogue import Catalogue

TEMPLATES = Path(__file__).with_name("templates")


class Desk(NamedTuple):
    """``portal`` is None where no address of one is set; ``beats``: updates that a page is sent, None = for ever."""

    catalogue: Catalogue
    prefix: str
    laws: Laws
    window: Callable[[], Window]
    tables: Tables
    reports: Reports
    portal: Portal | None
    now: Callable[[], float] = time.time
    beats: int | None = None


class Renderer:
    """Templates with the words of a language."""

    def __init__(self, desk: Desk) -> None:
        self._texts = read()
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        drawn = flowmap.draw(desk.catalogue)
        self._environment.globals.update(
            PAGES=PAGES, catalogue=desk.catalogue, book=desk.laws.book, drawn=drawn, sheet=layout.lay(drawn)
        )

    def words(self, language: str) -> Words:
        return Words(language, self._texts)

    def page(self, template: str, say: Words, **values: object) -> str:
        return self._environment.get_template(f"{template}.html").render(say=say, **values)
