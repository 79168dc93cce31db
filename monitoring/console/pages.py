"""The pages of the console as data: navigation, tests and screenshots take them from here."""

from typing import NamedTuple


class Page(NamedTuple):
    """``name``: of its template, and its title in words.yaml; ``live``: seconds between updates, None = none sent."""

    name: str
    path: str
    live: float | None = None


FLOW = Page("flow", "/", 5.0)
CHANNELS = Page("channels", "/channels", 15.0)
OBLIGATIONS = Page("obligations", "/obligations")
LAW = Page("law", "/law")
WHAT_IF = Page("whatif", "/what-if")
EXPLAIN = Page("explain", "/explain")
PAGES = (FLOW, CHANNELS, OBLIGATIONS, LAW, WHAT_IF, EXPLAIN)
LANGUAGES = ("zh", "en")  # ?lang= of every address; the first is what nobody asked for
