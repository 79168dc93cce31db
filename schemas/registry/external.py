"""A registry that stands elsewhere: used only if it means by every id what ``ids.yaml`` means."""

import base64
import http.client
import json
from pathlib import Path
from typing import NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from schemas.files import FOLDER, digest, ids

ANSWER_S = 10.0
_ANSWER_BYTES = 1 << 20


class RegistryDiffers(Exception):
    """It gives an id another meaning, lacks one, or does not answer. The message names the first and the cure."""


def require_same(url: str, folder: Path = FOLDER) -> int:
    """Ask ``url`` for every id of ``ids.yaml`` and compare; returns how many. ``url`` may carry user:password.

    :raises RegistryDiffers:
    """
    place, headers = _place(url)
    rows = ids(folder)
    for row in rows:
        text = _ask(place, headers, row.id)
        if text is None:
            _refuse(
                place, f"id {row.id} ({row.schema}) is not there", "load schemas/ with these ids (docs/subscriber.md)"
            )
        if _digest(place, row.id, text) != row.digest:
            _refuse(place, f"id {row.id} is not {row.schema}", "name another registry, or none, in SCHEMA_REGISTRY_URL")
    return len(rows)


def _ask(place: str, headers: dict[str, str], number: int) -> str | None:
    """The text of one schema; None for an id the registry does not have."""
    try:
        request = Request(f"{place}/schemas/ids/{number}", headers=headers)  # noqa: S310 http or https, see _place
        with urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
            told = json.loads(answer.read(_ANSWER_BYTES))
    except HTTPError as error:
        if error.code == 404:
            return None
        _refuse(place, f"it answers with HTTP {error.code}", "correct SCHEMA_REGISTRY_URL")
    except (URLError, OSError, ValueError, RecursionError, http.client.HTTPException) as error:
        _refuse(place, f"it gives no answer ({type(error).__name__})", "start it or correct SCHEMA_REGISTRY_URL")
    text = told.get("schema") if isinstance(told, dict) else None
    if not isinstance(text, str):
        _refuse(place, f"it tells no schema for id {number}", "correct SCHEMA_REGISTRY_URL")
    return text


def _digest(place: str, number: int, text: str) -> str:
    try:
        return digest(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        _refuse(place, f"what it has for id {number} is no Avro schema", "correct SCHEMA_REGISTRY_URL")


def _place(url: str) -> tuple[str, dict[str, str]]:
    """The address without user and password, and those as a header: a message never shows them."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RegistryDiffers("SCHEMA_REGISTRY_URL 应为 / must be http(s)://[user:password@]host[:port]")
    host = parts.netloc.rpartition("@")[2]
    headers = {"Accept": "application/vnd.schemaregistry.v1+json"}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", "")), headers


def _refuse(place: str, seen: str, cure: str) -> NoReturn:
    raise RegistryDiffers(f"模式登记处与 schemas/ids.yaml 不符 / schema registry {place}: {seen}; {cure}")
