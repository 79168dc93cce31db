"""How a person's browser says who asks: the issuer's token in a cookie that no script and no other site can use.

Nothing is kept here: the cookie is the token itself, checked anew at every question, and no longer good than that. A
form is taken only with the mark made for that very token, and never from another site.
"""

import hashlib
import hmac
from typing import Annotated, Protocol
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request, Response

from sinks.portal.refusals import Refusal
from sinks.portal.tokens import Officer, Person

COOKIE = "chengxin_person"
_PATH = "/my"
_MOST_FIELDS = 8


class Verifier(Protocol):
    def verify(self, token: str) -> Officer | Person:
        """Raises Refusal."""
        ...


class Logins:
    """``secret``: the same for every process of a deployment; ``issuer``: whose page may send a token here from another
    site, as an address; ``secure``: browsers reach us over TLS alone."""

    def __init__(self, tokens: Verifier, secret: bytes, issuer: str, secure: bool) -> None:
        self._tokens = tokens
        self._secret = hashlib.sha256(b"forms of the portal" + secret).digest()
        self._issuer = _origin(issuer)
        self._secure = secure

    def token(self, request: Request) -> str | None:
        """The token of the browser, unchecked; None: nobody has signed in."""
        return request.cookies.get(COOKIE) or None

    def begin(self, request: Request, form: dict[str, str], answer: Response) -> None:
        """Sign in with the token of ``form``. Raises Refusal: not from here, no valid token, not a person's."""
        self._from_here(request, self._issuer)
        token = form.get("token", "").strip()
        if not isinstance(self._tokens.verify(token), Person):
            raise Refusal(403, "PERSONS_ONLY", "本项仅供本人使用", "for the person alone")
        answer.set_cookie(COOKIE, token, path=_PATH, httponly=True, secure=self._secure, samesite="lax")

    def end(self, answer: Response) -> None:
        answer.delete_cookie(COOKIE, path=_PATH, httponly=True, secure=self._secure, samesite="lax")

    def mark(self, token: str) -> str:
        """What every form of this login carries."""
        return hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()

    def sent(self, request: Request, form: dict[str, str]) -> str:
        """The token of whoever sent ``form``. Raises Refusal: nobody, or not by a page of ours."""
        token = self.token(request)
        if token is None:
            raise Refusal(401, "TOKEN_MISSING", "请先登录", "sign in first")
        self._from_here(request, None)
        if not hmac.compare_digest(form.get("mark", "").encode(), self.mark(token).encode()):
            raise _not_ours()
        return token

    def _from_here(self, request: Request, other: str | None) -> None:
        """A browser says from where a form comes; whatever is no browser has no cookie that others could use."""
        origin = request.headers.get("origin")
        if origin is not None and other is not None and origin == other:
            return
        if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            raise _not_ours()
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            raise _not_ours()


def _not_ours() -> Refusal:
    return Refusal(
        403,
        "FORM_NOT_OURS",
        "该请求不是从本站页面提交的，或者页面已经过期；请返回页面重新提交",
        "not sent by a page of this site, or the page is out of date: go back and send it again",
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


async def form(request: Request) -> dict[str, str]:
    """The fields of a form. Raises Refusal: it is none, or has a field twice."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    try:
        if kind != "application/x-www-form-urlencoded":
            raise ValueError("another kind of body")
        pairs = parse_qsl((await request.body()).decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a field twice")
    except ValueError:
        raise Refusal(422, "MALFORMED", "请求格式不符：表单", "no form of ours") from None
    return found


Form = Annotated[dict[str, str], Depends(form)]
