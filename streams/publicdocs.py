"""What is generated for readers outside, file by file: ``docs/`` holds it, and a test compares."""

import json
from collections.abc import Mapping
from typing import Any

from schemas.files import ids, sources
from sinks.portal import http
from sinks.portal import page as applications
from sinks.portal.applications import Applications
from streams import flowmap, registries
from streams.law import loader
from streams.settings import Settings
from topics import asyncapi, page
from topics.catalogue import Catalogue


def generated() -> Mapping[str, str]:
    """Name of each file and what is in it, for a deployment without prefix."""
    catalogue, files = Catalogue.load(), sources()
    numbers = {row.schema: row.id for row in ids()}
    return {
        "asyncapi.json": _text(asyncapi.document(catalogue, files, numbers)),
        "topics.html": page.page(catalogue, files, numbers),
        "openapi-registry.json": _text(registries.ours(Settings(prefix="")).openapi()),
        "openapi-portal.json": _text(http.document()),
        "applications.html": _applications(catalogue),
        "flow.svg": flowmap.picture(catalogue),
        "map.md": flowmap.tables(catalogue),
    }


def _applications(catalogue: Catalogue) -> str:
    """As of the day on which the last of its texts was checked."""
    book = loader.load()
    found = Applications.load(book, catalogue)
    day = max(book.instruments[one.instrument].checked for one in found.purposes.values())
    return applications.page(found, book, catalogue, day)


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
