"""Tokens: what an attacker turns a token into is refused, and so is everything that is not exactly the issuer's."""

import base64
import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from typer.testing import CliRunner

from sinks.portal import composing, keys, tokens
from sinks.portal.issuer import ISSUER, Issuer, opener_file
from sinks.portal.refusals import Refusal
from sinks.portal.tokens import Officer, Person, Tokens, Trust
from streams.addresses import Addresses
from streams.cli.main import app
from streams.settings import Settings, SettingsFault
from tests.flow.flow_stand import person

SOON = timedelta(seconds=600)  # a span in a claim counts from when it is signed
OFFICER = {
    "iss": ISSUER, "aud": "chengxin-portal", "iat": SOON * 0, "nbf": SOON * 0, "exp": SOON,
    "sub": "R-17", "role": "officer", "channel": "railway", "purposes": ["confirmation"],
}  # fmt: skip


class Gate:
    """The portal's check with the development issuer's key, and that key for whoever forges."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(data_dir=folder)
        self.issuer = Issuer(settings)
        self.key = keys.kept(folder / "portal" / "issuer.jwk")
        self.opener = keys.kept(opener_file(settings))
        self.source = keys.IssuerKeys(str(self.issuer.key_set), "ES256")
        trust = Trust(ISSUER, "chengxin-portal", "ES256", self.source.get)
        self.tokens = Tokens(trust, self.opener, {"railway"}, allow_synthetic=True)

    def sign(self, claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = None) -> str:
        head = {"alg": "ES256", "kid": self.key.kid, **(header or {})}
        return jwt.encode(head, dated(claims), key or self.key, algorithms=[head["alg"]])

    def refused(self, token: str) -> None:
        with pytest.raises(Refusal) as refusal:
            self.tokens.verify(token)
        assert (refusal.value.status, refusal.value.code) == (401, "TOKEN_REFUSED")


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Gate:
    return Gate(tmp_path_factory.mktemp("gate"))


def dated(claims: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    return {k: now + int(v.total_seconds()) if isinstance(v, timedelta) else v for k, v in claims.items()}


def part(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def test_the_issuers_own_are_taken(gate: Gate) -> None:
    assert gate.tokens.verify(gate.sign(OFFICER)) == Officer("R-17", "railway", frozenset({"confirmation"}))
    assert gate.tokens.verify(gate.issuer.officer("R-17", "railway", ["a", "b"])).purposes == {"a", "b"}  # type: ignore[union-attr]
    found = gate.tokens.verify(gate.issuer.person(person(1), "测试甲"))
    assert isinstance(found, Person) and (found.identity.number, found.identity.name) == (person(1), "测试甲")


def test_a_persons_token_shows_nobody_to_whoever_carries_it(gate: Gate) -> None:
    token = gate.issuer.person(person(1), "测试甲")
    for piece in token.split("."):
        plain = base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))
        assert person(1).encode() not in plain and "测试甲".encode() not in plain


WRONG: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.invalid"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "somebody-else"},
    "no audience": {"aud": None},
    "expired": {"exp": timedelta(seconds=-tokens.LEEWAY_S - 2)},
    "without an end": {"exp": None},
    "longer than one may live": {"exp": timedelta(seconds=tokens.LIFETIME_S + 1)},
    "issued long ago and still good": {"iat": timedelta(days=-1)},
    "not yet": {"nbf": timedelta(seconds=tokens.LEEWAY_S + 60)},
    "issued tomorrow": {"iat": timedelta(days=1)},
    "end as text": {"exp": "4102444800"},
    "nobody": {"sub": None},
    "a number as staff reference": {"sub": person(1)},
    "a number in parts": {"sub": f"{person(1)[:6]}-{person(1)[6:14]}.{person(1)[14:]}"},
    "a number in full-width digits": {"sub": "".join(chr(ord(one) + 0xFEE0) for one in person(1))},
    "an officer as the person himself": {"sub": "self"},
    "a line break in it": {"sub": "R\n17"},
    "a department that is none": {"channel": "nobody"},
    "no department": {"channel": None},
    "a department as a list": {"channel": ["railway"]},
    "purposes as text": {"purposes": "confirmation"},
    "another role": {"role": "admin"},
    "a person without identity": {"role": "person"},
    "a person with a plain identity": {"role": "person", "identity": json.dumps({"number": person(1), "name": "x"})},
}  # fmt: skip


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_claim_that_is_not_right_is_refused(gate: Gate, change: dict[str, Any]) -> None:
    gate.refused(gate.sign({key: value for key, value in {**OFFICER, **change}.items() if value is not None}))


def test_the_longest_that_a_token_may_live(gate: Gate) -> None:
    gate.tokens.verify(gate.sign({**OFFICER, "exp": timedelta(seconds=tokens.LIFETIME_S)}))


@pytest.mark.parametrize("change", [{"exp": timedelta(seconds=-15)}, {"nbf": timedelta(seconds=15)}])
def test_clocks_may_differ_a_little(gate: Gate, change: dict[str, Any]) -> None:
    gate.tokens.verify(gate.sign({**OFFICER, **change}))


def none_alg(gate: Gate) -> str:
    return f"{part({'alg': 'none', 'kid': gate.key.kid})}.{part(dated(OFFICER))}."


def public_key_as_secret(gate: Gate) -> str:
    """HS256 with the public key as its secret: a checker that lets the token choose the algorithm takes it."""
    pem = gate.key.as_pem(private=False)
    return gate.sign(OFFICER, {"alg": "HS256"}, OctKey.import_key(base64.b64encode(pem)))


def rsa(gate: Gate) -> str:
    return gate.sign(OFFICER, {"alg": "RS256"}, RSAKey.generate_key(2048))


def own_key(gate: Gate) -> str:
    return gate.sign(OFFICER, key=ECKey.generate_key("P-256"))


def brought_key(gate: Gate) -> str:
    key = ECKey.generate_key("P-256")
    body = f"{part({'alg': 'ES256', 'kid': gate.key.kid, 'jwk': key.as_dict(private=False)})}.{part(dated(OFFICER))}"
    return f"{body}.{gate.sign(OFFICER, key=key).rpartition('.')[2]}"


def jku(gate: Gate) -> str:
    signed = gate.sign(OFFICER).split(".")
    head = {"alg": "ES256", "kid": gate.key.kid, "jku": "https://elsewhere.invalid/keys"}
    return ".".join([part(head), *signed[1:]])


def crit(gate: Gate) -> str:
    return ".".join(
        [part({"alg": "ES256", "kid": gate.key.kid, "crit": ["x"], "x": 1}), *gate.sign(OFFICER).split(".")[1:]]
    )


def unknown_kid(gate: Gate) -> str:
    return gate.sign(OFFICER, {"kid": "nobody"})


def without_kid(gate: Gate) -> str:
    return jwt.encode({"alg": "ES256"}, dated(OFFICER), gate.key, algorithms=["ES256"])


def changed(gate: Gate) -> str:
    head, _, signature = gate.sign(OFFICER).split(".")
    return f"{head}.{part(dated({**OFFICER, 'channel': 'court'}))}.{signature}"


def unsigned(gate: Gate) -> str:
    return gate.sign(OFFICER).rpartition(".")[0] + "."


def long(gate: Gate) -> str:
    return gate.sign({**OFFICER, "x": "x" * 9_000})


def garbage(gate: Gate) -> str:
    return "a.b.c"


def deep(gate: Gate) -> str:
    return f"{part({'alg': 'ES256', 'kid': [[[['x']]]]})}.{part(dated(OFFICER))}.AA"


FORGED = (
    *(none_alg, public_key_as_secret, rsa, own_key, brought_key, jku, crit),
    *(unknown_kid, without_kid, changed, unsigned, long, garbage, deep),
)


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
def test_a_forged_token_is_refused(gate: Gate, forge: Callable[[Gate], str]) -> None:
    gate.refused(forge(gate))


def test_an_identity_for_another_portal_or_of_a_real_region_is_refused(gate: Gate, tmp_path: Path) -> None:
    claims = {**OFFICER, "role": "person"}
    elsewhere = tokens.seal_identity(ECKey.generate_key("P-256"), person(1), "测试甲")
    gate.refused(gate.sign({**claims, "identity": elsewhere}))
    gate.refused(gate.sign({**claims, "identity": tokens.seal_identity(gate.opener, "1" * 18, "测试甲")}))
    gate.refused(gate.sign({**claims, "identity": tokens.seal_identity(gate.opener, person(1), "  ")}))
    strict = Tokens(
        Trust(ISSUER, "chengxin-portal", "ES256", gate.source.get), gate.opener, {"railway"}, allow_synthetic=False
    )
    with pytest.raises(Refusal):
        strict.verify(gate.issuer.person(person(1), "测试甲"))


def test_a_key_that_the_issuer_withdrew_is_soon_forgotten(tmp_path: Path) -> None:
    now, file, old, new = [0.0], tmp_path / "keys.json", *(ECKey.generate_key("P-256", auto_kid=True) for _ in "ab")
    kid, fresh = str(old.kid), str(new.kid)

    def publish(*found: ECKey) -> None:
        file.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in found]}))

    publish(old)
    source = keys.IssuerKeys(str(file), "ES256", lambda: now[0])
    assert source.get(kid)
    publish(new)
    now[0] = 10.0  # a strange kid makes nobody read it again at once
    with pytest.raises(keys.InvalidKeyIdError):
        source.get(fresh)
    now[0] = 31.0
    assert source.get(fresh)
    with pytest.raises(keys.InvalidKeyIdError):
        source.get(kid)
    file.unlink()
    now[0] = 700.0
    with pytest.raises(Refusal) as refusal:
        source.get(fresh)
    assert refusal.value.code == "ISSUER_UNAVAILABLE"


def test_an_issuer_that_is_away_is_not_asked_for_every_token(tmp_path: Path) -> None:
    now, file, key = [0.0], tmp_path / "keys.json", ECKey.generate_key("P-256", auto_kid=True)
    source = keys.IssuerKeys(str(file), "ES256", lambda: now[0])
    asked: list[float] = []
    text = source._text

    def counted() -> str:
        asked.append(now[0])
        return text()

    source._text = counted  # type: ignore[method-assign]
    for now[0] in (0.0, 1.0, 5.0, 5.1):
        with pytest.raises(Refusal, match="ISSUER_UNAVAILABLE"):
            source.get(str(key.kid))
    assert asked == [0.0, 5.1]
    file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    now[0] = 11.0
    assert source.get(str(key.kid))
    file.unlink()
    now[0] = 50.0  # strange ones fail; those whose keys are known are not made to wait
    with pytest.raises(Refusal, match="ISSUER_UNAVAILABLE"):
        source.get("strange")
    assert source.get(str(key.kid))


def test_keys_are_not_fetched_from_where_an_answer_sends_us(tmp_path: Path) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if self.path == "/moved" else 200)
            self.send_header("location", "/keys")
            self.end_headers()
            self.wfile.write(json.dumps({"keys": [key.as_dict(private=False)]}).encode())

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        assert keys.IssuerKeys(f"{address}/keys", "ES256").get(str(key.kid))
        with pytest.raises(Refusal, match="ISSUER_UNAVAILABLE"):
            keys.IssuerKeys(f"{address}/moved", "ES256").get(str(key.kid))
    finally:
        server.shutdown()
        server.server_close()


def test_only_keys_of_the_algorithm_are_tried(tmp_path: Path) -> None:
    file, secret = tmp_path / "keys.json", OctKey.generate_key(256, auto_kid=True)
    file.write_text(json.dumps({"keys": [secret.as_dict(private=True)]}))
    with pytest.raises(keys.InvalidKeyIdError):
        keys.IssuerKeys(str(file), "ES256").get(str(secret.kid))


@pytest.mark.parametrize("place", ["http://issuer.invalid/keys", "ftp://issuer.invalid/keys", "file:///etc/passwd"])
def test_keys_come_over_https_or_from_a_file(place: str) -> None:
    with pytest.raises(keys.IssuerFault, match="https"):
        keys.IssuerKeys(place, "ES256")


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a" / "key.jwk"
    key = keys.kept(path)
    assert keys.kept(path) == key or keys.kept(path).kid == key.kid
    path.chmod(0o644)
    with pytest.raises(keys.IssuerFault, match="chmod 600"):
        keys.kept(path)


def test_production_has_its_own_issuer(tmp_path: Path) -> None:
    production = Settings(data_dir=tmp_path, profile="production", allow_synthetic=False)
    with pytest.raises(keys.IssuerFault, match="no test tokens"):
        Issuer(production)
    for one in (production, Settings(data_dir=tmp_path, portal_issuer="x")):
        with pytest.raises(keys.IssuerFault, match="CHENGXIN_PORTAL_JWKS"):
            composing.trusted(one)
    trust = composing.trusted(
        Settings(data_dir=tmp_path, portal_issuer="https://i", portal_jwks="/k", portal_algorithm="RS256")
    )
    assert (trust.issuer, trust.algorithm) == ("https://i", "RS256")


def test_production_takes_no_test_persons(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, profile="production", portal_issuer="https://i", portal_jwks="/k")
    with pytest.raises(SettingsFault, match="ALLOW_SYNTHETIC"), composing.opened(settings, Addresses("x:1", "x")):
        raise AssertionError("it opened")


def test_the_commands_print_tokens_for_who_does_not_exist(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXIN_DATA_DIR", str(tmp_path))
    said = ["token", "officer", "--channel", "railway", "--officer", "R-1", "--purpose", "confirmation"]
    officer = CliRunner().invoke(app, said)
    assert officer.exit_code == 0
    here = Gate(tmp_path)
    assert here.tokens.verify(officer.stdout.strip()) == Officer("R-1", "railway", frozenset({"confirmation"}))
    told = CliRunner().invoke(app, ["token", "person"], input=f"{person(1)}\n测试甲\n")
    assert isinstance(here.tokens.verify(told.stdout.strip().splitlines()[-1]), Person)
    real = CliRunner().invoke(app, ["token", "person"], input="110101199003070070\n某\n")
    assert real.exit_code != 0 and "990000" in str(real.exception)
