"""Who asks: a signed token (JWT, RFC 7519) of the issuer that the settings name, and of nobody else.

The signature algorithm is fixed by the settings, the key comes from the issuer's key set by its ``kid``; whatever else
a token's header says (``none``, HS256 over a public key, ``jku``, ``jwk``, ``crit``) is refused, never followed.

An officer's token names the department (``channel``), the purposes that department gave this officer, and as ``sub`` a
staff reference. A person's token carries the identity as the issuer checked it, encrypted to this portal (JWE): the
token can pass through browsers and proxies, and only the portal can open it (docs/adr).
"""

import re
from collections.abc import Callable, Container
from typing import Any, NamedTuple

import msgspec
from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key
from joserfc.jws import JWSRegistry

from sinks.portal.refusals import Refusal
from streams.identity import IdentifierFault, check_citizen, holds_number, normalise_name
from streams.identity.sealing import Identity
from streams.querylog import SELF

LEEWAY_S = 30  # clocks of issuer and portal may differ by so much
LIFETIME_S = 3_600  # of a token, at most: nothing here can take one back
SEALED = ["ECDH-ES+A256KW", "A256GCM"]  # of the identity in a person's token
_LONGEST = 8_192  # characters of a token; an honest one has a tenth of it
_HEADERS = frozenset({"alg", "kid", "typ"})
_STAFF = re.compile(r"[\w.@-]{1,64}")


class Officer(NamedTuple):
    """An officer as the issuer says. ``officer``: the department's staff reference, never an identity number."""

    officer: str
    channel: str
    purposes: frozenset[str]


class Person(NamedTuple):
    """Somebody whose identity the issuer has checked. ``session``: the token's ``jti``, named in what is filed."""

    identity: Identity
    session: str


class Trust(NamedTuple):
    """What a token must be. ``key``: by ``kid``; raises JoseError for one the issuer does not have."""

    issuer: str
    audience: str
    algorithm: str
    key: Callable[[str], Key]


class Tokens:
    """Turns a token into whoever it proves. ``opener``: the portal's private key for identities."""

    def __init__(self, trust: Trust, opener: ECKey, channels: Container[str], allow_synthetic: bool) -> None:
        self._trust = trust
        self._opener = opener
        self._channels = channels
        self._allow_synthetic = allow_synthetic
        self._registry = JWSRegistry(algorithms=[trust.algorithm])
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": trust.issuer},
            aud={"essential": True, "value": trust.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            role={"essential": True, "values": ["officer", "person"]},
        )

    def verify(self, token: str) -> Officer | Person:
        """:raises Refusal: 401, whatever is wrong; what exactly is not told to whoever holds the token."""
        try:
            claims = self._signed(token)
            self._claims.validate(claims)
            if claims["exp"] - claims["iat"] > LIFETIME_S:
                raise ValueError("a token that lives for minutes")
            return self._person(claims) if claims["role"] == "person" else self._officer(claims)
        except (JoseError, ValueError, KeyError, TypeError, msgspec.MsgspecError, IdentifierFault) as fault:
            raise Refusal(
                401, "TOKEN_REFUSED", "登录凭证无效或者已过期，请重新登录", "no valid token: sign in again"
            ) from fault

    def _signed(self, token: str) -> dict[str, Any]:
        if len(token) > _LONGEST:
            raise ValueError("too long for a token")

        def key(signed: Any) -> Key:
            header = signed.headers()
            if not header.keys() <= _HEADERS or not isinstance(header.get("kid"), str):
                raise ValueError("a header with alg, kid and typ, and nothing else")
            return self._trust.key(header["kid"])

        return jwt.decode(token, key, registry=self._registry).claims

    def _officer(self, claims: dict[str, Any]) -> Officer:
        officer, channel, purposes = claims["sub"], claims["channel"], claims["purposes"]
        if not _STAFF.fullmatch(officer) or officer == SELF or holds_number(officer):
            raise ValueError("sub: a staff reference")
        if not isinstance(channel, str) or channel not in self._channels:
            raise ValueError("channel: a department of topics/bodies.yaml")
        return Officer(officer, channel, frozenset(msgspec.convert(purposes, tuple[str, ...])))

    def _person(self, claims: dict[str, Any]) -> Person:
        sealed = jwe.decrypt_compact(claims["identity"], self._opener, algorithms=SEALED)
        said = msgspec.json.decode(sealed.plaintext or b"", type=_Attested)
        found = check_citizen(said.number)
        if found.synthetic and not self._allow_synthetic:
            raise ValueError("a region that exists")
        if not normalise_name(said.name):
            raise ValueError("a name")
        if not _STAFF.fullmatch(claims["jti"]):
            raise ValueError("jti: a plain identifier")
        return Person(Identity(found.kind, found.number, said.name), claims["jti"])


class _Attested(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    name: str


def seal_identity(opener: Key, number: str, name: str) -> str:
    """What an issuer puts into a person's token as ``identity``. ``opener``: the portal's public key (GET /keys)."""
    header = {"alg": SEALED[0], "enc": SEALED[1]}
    return jwe.encrypt_compact(header, msgspec.json.encode(_Attested(number, name)), opener, algorithms=SEALED)
