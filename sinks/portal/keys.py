"""Keys of the portal's door: those by which an issuer signs, and the one to which it encrypts a person's identity."""

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, Key, KeySet

from sinks.portal.refusals import Refusal

OF_ALGORITHM = {"ES256": "EC", "RS256": "RSA"}  # key type by algorithm: no other key is ever tried with it
_KEPT_S = 600.0  # a key set is asked for again after so long: a key the issuer withdrew must not live on
_AGAIN_S = 30.0  # and for a ``kid`` it did not have, at most so often
_AFTER_FAILURE_S = 5.0
_ANSWER_S = 5.0
_ANSWER_BYTES = 1 << 20
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _NoDetour(HTTPRedirectHandler):
    """Who is sent elsewhere for keys could be sent to a place without TLS, and would trust whoever answers there."""

    def redirect_request(self, *_: object) -> None:
        """The answer is what it is: an error."""


_STRAIGHT = build_opener(_NoDetour)


class IssuerFault(Exception):
    """The issuer's keys cannot be used at all; the message names the setting and the cure."""


class IssuerKeys:
    """Public keys of the issuer by ``kid``, from a file or an https address, kept for a while."""

    def __init__(self, place: str, algorithm: str, now: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._type = OF_ALGORITHM[algorithm]
        self._now = now
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}
        self._read_at = self._failed_at = float("-inf")
        if "://" in place:
            parts = urlsplit(place)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
                raise IssuerFault(
                    f"CHENGXIN_PORTAL_JWKS 应为文件或者 https 地址 / a file or an https address, not {place}"
                )

    def get(self, kid: str) -> Key:
        """The key. Raises JoseError where the issuer has none of that ``kid``, Refusal where it cannot be asked."""
        with self._lock:
            age = self._now() - self._read_at
            if age > _KEPT_S or (kid not in self._keys and age > _AGAIN_S):
                self._keys, self._read_at = self._asked(), self._now()
            if kid not in self._keys:
                raise InvalidKeyIdError("no such key of this issuer")
            return self._keys[kid]

    def _asked(self) -> dict[str, Key]:
        """The key set as it is now. An issuer that is away is not asked again for every token meanwhile: whoever sends
        strange ones would make all others wait."""
        refusal = Refusal(
            503, "ISSUER_UNAVAILABLE", "暂时无法核验登录凭证，请稍后再试", "the issuer's keys cannot be read; try later"
        )
        if self._now() - self._failed_at <= _AFTER_FAILURE_S:
            raise refusal
        try:
            return self._read()
        except (OSError, ValueError, KeyError, TypeError, JoseError) as fault:
            self._failed_at = self._now()
            raise refusal from fault

    def _read(self) -> dict[str, Key]:
        keys = KeySet.import_key_set(json.loads(self._text())).keys
        return {key.kid: key for key in keys if key.kid and key.key_type == self._type}

    def _text(self) -> str:
        if "://" not in self._place:
            return Path(self._place).read_text(encoding="utf-8")
        with _STRAIGHT.open(self._place, timeout=_ANSWER_S) as answer:  # https, or http to loopback: see __init__
            return str(answer.read(_ANSWER_BYTES), "utf-8")


def kept(path: Path) -> ECKey:
    """The private key (P-256) of ``path``; made first where there is none, for the owner's eyes only.

    It orphans nothing: tokens live for minutes, and an issuer takes the new public key from GET /keys. So it is in no
    backup. Raises IssuerFault: others may read it, or it is none.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True), file)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process of ours was quicker
        finally:
            draft.unlink()
    if path.stat().st_mode & 0o077:
        raise IssuerFault(f"{path}: 他人可读 / others may read this key. Run: chmod 600 {path}")
    try:
        key = ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, JoseError) as fault:
        raise IssuerFault(f"{path}: 不是密钥 / no key. Remove it; a new one is made") from fault
    if not key.is_private or key.curve_name != "P-256":
        raise IssuerFault(f"{path}: 不是 P-256 私钥 / no private key of P-256. Remove it; a new one is made")
    return key
