"""One decision as a page a person could contest: found, put on the query log, then shown."""

from streams.explain.find import NotFound, find
from streams.explain.page import page
from streams.explain.parts import parts
from streams.explain.told import told

__all__ = ["NotFound", "find", "page", "parts", "told"]
