"""The way to a decision's explanation: the portal's, and no second one. The officer's token goes there as it came; the
portal checks it, puts the question on record and answers, or does not. The console opens no token, reads no decision.
"""

import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple, Protocol

_ANSWER_S = 90.0  # a portal that has just been started reads its topics first
_MOST_BYTES = 4 << 20


class Answer(NamedTuple):
    """HTTP's status and the JSON of the portal."""

    status: int
    said: dict[str, Any]

    @property
    def good(self) -> bool:
        return self.status == 200


class Portal(Protocol):
    """Where questions about persons are answered."""

    def officer(self, token: str) -> Answer:
        """Whom the token proves, and for which purposes decisions are explained."""
        ...

    def explain(self, token: str, decision_id: str, purpose: str, matter: str) -> Answer:
        """A decision, put on record first."""
        ...


class PortalAway(Exception):
    """Nobody answers there, so nothing is shown."""


class OverHttp:
    """The portal at an address, ``http://host:port``."""

    def __init__(self, address: str) -> None:
        if not address.startswith(("http://", "https://")):
            raise ValueError(f"http(s)://host:port is expected, not {address}")
        self._address = address.rstrip("/")

    def officer(self, token: str) -> Answer:
        """Raises PortalAway."""
        return self._ask("/officer", token, None)

    def explain(self, token: str, decision_id: str, purpose: str, matter: str) -> Answer:
        """Raises PortalAway."""
        return self._ask("/explain", token, {"decision_id": decision_id, "purpose": purpose, "matter": matter})

    def _ask(self, path: str, token: str, body: dict[str, str] | None) -> Answer:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._address + path, data, headers)  # noqa: S310 - http(s): see __init__
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:  # noqa: S310
                return Answer(answer.status, json.loads(answer.read(_MOST_BYTES)))
        except urllib.error.HTTPError as refused:
            try:
                return Answer(refused.code, json.loads(refused.read(_MOST_BYTES)))
            except ValueError:
                raise PortalAway from refused
        except (OSError, ValueError) as fault:
            raise PortalAway from fault
