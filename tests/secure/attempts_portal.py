"""The portal under its own login: who may ask what about a person, by tokens true and forged."""

import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.codec import Codec
from sinks.portal import keys
from sinks.portal.issuer import Issuer
from streams.settings import Settings
from tests.flow.flow_stand import listing, person
from tests.secure.attempts import ALLOWED, DENIED, Denied, Fate, attempt
from tests.secure.attempts_clickhouse import rows
from tests.secure.stand import PATIENCE_S, Stand
from topics.catalogue import Catalogue

REFUSED = (401, 403, 404, 409)
MATTER = {"matter": "attempt-1"}
WHOM = 5  # synthetic person on whose listing a measure is proposed


class Door:
    """The portal of the stand, started when first asked for, and its development issuer."""

    def __init__(self, stand: Stand) -> None:
        stand.children.start("portal", "streams.cli.main", "portal", "--port", "0")
        self._log = stand.children.log("portal")
        self.issuer = Issuer(Settings(data_dir=stand.folder))
        self.key = keys.kept(stand.folder / "portal" / "issuer.jwk")
        self.url = self._address(stand)
        self.number, self.name = person(WHOM), f"测试{WHOM}"
        stand.persons += [self.number, self.name]
        producer = KafkaProducer(**stand.kafka("channel.court"), acks="all")
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        producer.send("events.court", key=b"attempt-listing", value=listing(WHOM, yesterday)).get(timeout=PATIENCE_S)
        producer.close()
        self.proposal = _proposal(stand, "org", f"({yesterday.year})鲁执{WHOM}号")

    def _address(self, stand: Stand) -> str:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            said = self._log.read_text(encoding="utf-8")
            if found := [line for line in said.splitlines() if line.startswith("export CHENGXIN_PORTAL=")]:
                return found[0].partition("=")[2]
            assert time.monotonic() < deadline and "portal" not in stand.children.ended(), said[-1_000:]
            time.sleep(0.5)

    def ask(self, stand: Stand, path: str, token: str | None, **said: Any) -> dict[str, Any]:
        """The answer. Raises Denied with the portal's own code; anything but an answer or a refusal is an error."""
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
        body = json.dumps(said).encode() if said else None
        try:
            with urlopen(Request(self.url + path, body, headers), timeout=PATIENCE_S) as answer:
                told: dict[str, Any] = json.load(answer)
        except HTTPError as refused:
            told = json.load(refused)
            if refused.code in REFUSED:
                raise Denied(f"{refused.code} {told['code']}") from None
            raise
        if path != "/resolve":  # the one answer that names somebody, to who may know
            stand.outputs[f"portal {path}"] = json.dumps(told, ensure_ascii=False)
        return told


_DOORS: dict[int, Door] = {}


def door(stand: Stand) -> Door:
    if id(stand) not in _DOORS:
        _DOORS[id(stand)] = Door(stand)
    return _DOORS[id(stand)]


def _proposal(stand: Stand, channel: str, document_no: str) -> dict[str, Any]:
    """What a department was proposed on the strength of a document, as it reads it itself."""
    topic = Catalogue.load().name("sanctions", channel, stand.settings.prefix)
    consumer = KafkaConsumer(**stand.kafka(f"channel.{channel}"), isolation_level="read_committed")
    try:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for records in consumer.poll(timeout_ms=1_000).values():
                for record in records:
                    told: dict[str, Any] = Codec.load().decode(record.value).value
                    if told["document_no"] == document_no:
                        return told
        raise AssertionError(f"nothing about {document_no} on {topic}")
    finally:
        consumer.close()


def _officer(channel: str, purpose: str, question: str, expected: Fate, granted: str | None = None) -> None:
    @attempt(f"officer of {channel}", f"POST /{question} for {purpose}", expected)
    def _(stand: Stand) -> None:
        here = door(stand)
        token = here.issuer.officer("A-1", channel, [granted or purpose])
        about = {"number": here.number, "name": here.name, "purpose": purpose}
        if question == "resolve":
            about = {one: here.proposal[one] for one in ("obligation_id", "case_ref")}
        here.ask(stand, f"/{question}", token, **about, **MATTER)


for _one in (
    ("org", "confirmation", "resolve", ALLOWED),
    ("court", "objection", "status", ALLOWED),
    ("credit", "audit", "status", ALLOWED),
    ("market", "licensing", "status", ALLOWED),
    ("tax", "confirmation", "resolve", DENIED),
    ("market", "audit", "status", DENIED),
    ("org", "recruitment", "status", DENIED),
    ("railway", "public_service", "status", DENIED),
    ("market", "curiosity", "status", DENIED),
):
    _officer(*_one)
_officer("market", "licensing", "status", DENIED, granted="objection")


def _part(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def _claims(here: Door) -> dict[str, Any]:
    body = here.issuer.officer("A-1", "credit", ["audit"]).split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def _signed(here: Door, key: Any, alg: str) -> str:
    return jwt.encode({"alg": alg, "kid": here.key.kid}, _claims(here), key, algorithms=[alg])


FORGED: dict[str, Callable[[Door], str | None]] = {
    "without a token": lambda here: None,
    "with alg none": lambda here: f"{_part({'alg': 'none', 'kid': here.key.kid})}.{_part(_claims(here))}.",
    "with HS256 over the public key": lambda here: _signed(
        here, OctKey.import_key(base64.b64encode(here.key.as_pem(private=False))), "HS256"
    ),
    "with a key of its own": lambda here: _signed(here, ECKey.generate_key("P-256"), "ES256"),
    "with a token that is over": lambda here: jwt.encode(
        {"alg": "ES256", "kid": here.key.kid}, {**_claims(here), "exp": int(time.time()) - 60}, here.key
    ),
}


def _forged(how: str, make: Callable[[Door], str | None]) -> None:
    @attempt("nobody", f"POST /status {how}", DENIED)
    def _(stand: Stand) -> None:
        here = door(stand)
        about = {"number": here.number, "name": here.name, "purpose": "audit"}
        here.ask(stand, "/status", make(here), **about, **MATTER)


for _how, _make in FORGED.items():
    _forged(_how, _make)


@attempt("a person", "GET /me/record, the own one", ALLOWED)
def _own_record(stand: Stand) -> None:
    here = door(stand)
    assert here.ask(stand, "/me/record", here.issuer.person(here.number, here.name))["records"]


@attempt("a person", "GET /me/looks, who looked at the own one", ALLOWED)
def _own_looks(stand: Stand) -> None:
    here = door(stand)
    looks = here.ask(stand, "/me/looks", here.issuer.person(here.number, here.name))["looks"]
    assert {None, "PURPOSE_NOT_ALLOWED"} <= {one["refused"] for one in looks if one["officer"] == "A-1"}


@attempt("a person", "POST /me/objections about somebody else's record", DENIED)
def _others_record(stand: Stand) -> None:
    here = door(stand)
    (record, *_) = here.ask(stand, "/me/record", here.issuer.person(here.number, here.name))["records"]
    here.ask(stand, "/me/objections", here.issuer.person(person(77), "某人"), record=record["record"])


@attempt("a person", "POST /me/objections about the own record, until it has its receipt", ALLOWED)
def _own_objection(stand: Stand) -> None:
    here = door(stand)
    token = here.issuer.person(here.number, here.name)
    records = here.ask(stand, "/me/record", token)["records"]
    record = next(one for one in records if "objection" in one["may_file"])
    filed = here.ask(stand, "/me/objections", token, record=record["record"])
    told = f"SELECT outcome, source_topic FROM receipts WHERE receipt_id = '{filed['receipt_id']}'"
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := rows(stand, "auditor", told)):
        assert time.monotonic() < deadline, "no receipt"
        time.sleep(0.5)
    assert answer == [("accepted", "cases.portal")], answer


@attempt("officer of credit", "GET /me/record", DENIED)
def _officer_as_person(stand: Stand) -> None:
    here = door(stand)
    here.ask(stand, "/me/record", here.issuer.officer("A-1", "credit", ["audit"]))


@attempt("a person", "POST /status about somebody", DENIED)
def _person_as_officer(stand: Stand) -> None:
    here = door(stand)
    about = {"number": here.number, "name": here.name, "purpose": "audit"}
    here.ask(stand, "/status", here.issuer.person(here.number, here.name), **about, **MATTER)
