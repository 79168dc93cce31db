"""The development issuer: short-lived tokens for officers and people who do not exist. Production has its own."""

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from joserfc import jwt

from sinks.portal import keys, tokens
from streams.identity import IdentifierFault, check_citizen
from streams.settings import Settings

ISSUER = "https://issuer.chengxin.invalid"  # a name only: nothing is asked there
LIFETIME_S = 900


class Issuer:
    """Signs for one data folder. Its key lies there, and the key set that the portal reads."""

    def __init__(self, settings: Settings) -> None:
        """Raises IssuerFault: a production profile: whoever can run a command must not be able to be anybody."""
        if settings.profile == "production":
            raise keys.IssuerFault(
                "生产环境不签发测试凭证 / CHENGXIN_PROFILE=production: no test tokens; use your issuer's"
            )
        folder = settings.data_dir / "portal"
        self._key = keys.kept(folder / "issuer.jwk")
        self._opener = keys.kept(opener_file(settings))
        self._audience = settings.portal_audience
        self.key_set = folder / "issuer-keys.json"
        partial = folder / f".issuer-keys.{os.getpid()}"  # a portal may be reading
        partial.write_text(json.dumps({"keys": [self._key.as_dict(private=False)]}), encoding="utf-8")
        partial.replace(self.key_set)

    def officer(self, officer: str, channel: str, purposes: Iterable[str]) -> str:
        """A token of an officer of ``channel``."""
        return self._sign(sub=officer, role="officer", channel=channel, purposes=sorted(purposes))

    def person(self, number: str, name: str) -> str:
        """A token of a person who does not exist. Raises IssuerFault for a number of a real region or none."""
        try:
            synthetic = check_citizen(number).synthetic
        except IdentifierFault:
            synthetic = False
        if not synthetic:
            raise keys.IssuerFault(
                "开发凭证只用于 990000 地区的测试号码 / test tokens are for numbers of region 990000 only"
            )
        sealed = tokens.seal_identity(self._opener, number, name)
        return self._sign(sub=uuid4().hex, role="person", identity=sealed)

    def _sign(self, **said: str | list[str]) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": self._audience,
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME_S,
            "jti": uuid4().hex,
            **said,
        }
        return jwt.encode({"alg": "ES256", "kid": self._key.kid}, claims, self._key, algorithms=["ES256"])


def opener_file(settings: Settings) -> Path:
    """Where the portal's key for identities lies."""
    return settings.keys_dir / "portal-identity.jwk"
