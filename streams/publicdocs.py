"""What is generated for readers outside, file by file: ``docs/`` holds it, and a test compares."""

import json
from collections.abc import Mapping
from typing import Any

from schemas.files import ids, sources
from streams import registries
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
    }


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
