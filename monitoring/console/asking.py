"""The way to a decision's explanation: the portal's, and no second one. The officer's token goes there as it came; the
portal checks it, puts the question on record and answers, or does not. The console opens no token, reads no decision.
"""

import json
import urllib.error
import urllib.request
from ipaddress import ip_address
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from streams.settings import SettingsFault

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


class _Stays(urllib.request.HTTPRedirectHandler):
    """A token goes to the portal that was named, and nowhere that it points to."""

    def redirect_request(self, *_: object) -> None:
        return None


class OverHttp:
    """The portal at an address: ``https://host:port``, or ``http://`` on this machine. Officers' tokens go there, so
    by no other way, through no proxy and after no redirection.

    :raises SettingsFault: any other address.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and _here(parts.hostname))):
            raise SettingsFault(
                f"CHENGXIN_PORTAL: {address}: 须为 https 地址，本机除外 / https://host:port is expected; http:// on "
                "this machine alone, for officers' tokens go there"
            )
        self._address = address.rstrip("/")
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stays)

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
            with self._opener.open(request, timeout=_ANSWER_S) as answer:
                return Answer(answer.status, json.loads(answer.read(_MOST_BYTES)))
        except urllib.error.HTTPError as refused:
            try:
                return Answer(refused.code, json.loads(refused.read(_MOST_BYTES)))
            except ValueError:
                raise PortalAway from refused
        except (OSError, ValueError) as fault:
            raise PortalAway from fault


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
