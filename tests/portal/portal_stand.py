"""The portal over the flow's own stand: every decision real, topics in memory, tokens of a development issuer."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from monitoring.labels import Vocabulary
from monitoring.meters import Meters
from sinks.clickhouse.tables import FILED_AT
from sinks.portal import http, keys
from sinks.portal.applications import Applications
from sinks.portal.asking import Desk
from sinks.portal.board import PAGE, Entry, Listed, told
from sinks.portal.figures import Counts, FiguresClosed
from sinks.portal.filings import Paper, last_day
from sinks.portal.issuer import ISSUER, Issuer, opener_file
from sinks.portal.limits import STEP_S, Even, Limiter
from sinks.portal.pages.logins import Logins
from sinks.portal.people import People
from sinks.portal.places import Found, Part
from sinks.portal.shapes import Filing
from sinks.portal.tokens import Tokens, Trust
from streams.core import ids
from streams.core.decisions import Decision
from streams.explain import NotFound
from streams.querylog import Query, Refused
from streams.settings import Settings
from streams.wire import from_avro, to_avro
from tests.flow.flow_stand import BOOK, CATALOGUE, CODEC, Stand, determination, person

TODAY = date(2026, 11, 3)
DAY = date(2026, 11, 2)  # of the documents
AT = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)


class Memory:
    """An archive of the stand's topics, and of looks that the log took. Contract: ``test_portal_places.py``."""

    def __init__(self, topics: dict[str, list[tuple[bytes | None, bytes | None]]]) -> None:
        self._topics = topics

    def about(self, family: str, key: str) -> list[Found]:
        return self.newest(family, [key], most=1 << 20).found

    def newest(self, family: str, keys: Iterable[str], most: int, skip: int = 0) -> Part:
        wanted = {key.encode() for key in keys}
        found = [(key, value) for key, value in self._topics[family] if key in wanted]
        if CATALOGUE.families[family].cleanup == "compact":
            found = list(dict(found).items())
        alive = [Found(value, 0) for _, value in found if value is not None]
        last = max(0, len(alive) - skip)
        return Part(alive[max(0, last - most) : last], len(alive))


class Log:
    """Keeps what a real one commits to ``querylog``. ``down``: nothing is committed."""

    def __init__(self, topics: dict[str, list[tuple[bytes | None, bytes | None]]]) -> None:
        self._topics = topics
        self.down = False
        self.queries: list[Query] = []

    def write(self, query: Query) -> None:
        if self.down:
            raise Refused("down")
        self.queries.append(query)
        value = CODEC.encode("QueryLogged", {**query._asdict(), "at": AT})
        self._topics["querylog"].append(((query.subject or query.decision_id or "").encode(), value))


class Cases:
    """Hands what is filed to the stand's intake, as ``filings.Cases`` does over a broker."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand

    def send(self, paper: Paper) -> str:
        topic = "cases.portal"
        self._stand.send(topic, CODEC.encode("PersonFiling", to_avro(paper.filing)))
        return ids.receipt_id(topic, 0, len(self._stand.received[topic]) - 1)


class Inbox:
    """What the stand has accepted of what was filed. Contract: ``test_portal_inbox.py``."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand

    def filed(self, channel: str) -> list[Filing]:
        found = []
        for one in self._stand.read("accepted"):
            if one["channel"] == channel and one["source_topic"] == FILED_AT:
                said = one["case"] or one["ending"] or one["consent"]
                target = said.get("target") or {"document_no": None, "item": None}
                consent = f"{said.get('step')} {said.get('recipient')}"
                found.append(
                    Filing(
                        event_id=one["event_id"],
                        matter=said.get("matter") or said.get("reason") or consent,
                        case_no=said.get("case_no"),
                        document_no=target["document_no"],
                        item=target["item"],
                        day=one["intake_day"],
                        case_ref=self._stand.keyring.case_ref(one["subject"], channel),
                    )
                )
        return sorted(found, key=lambda one: (one.day, one.event_id))


class Board:
    """What the stand has published. Contract: ``test_portal_servers.py``."""

    def __init__(self, topics: dict[str, list[tuple[bytes | None, bytes | None]]]) -> None:
        self._topics = topics

    def listed(self, name: str, day: date, page: int) -> Listed:
        forms = dict(self._topics["displays"])
        found = []
        for key, value in dict(self._topics["publication"]).items():
            if value is None:
                continue
            said = CODEC.decode(value).value
            form = None if said["display"] is None else forms.get(said["display"].encode())
            missing = said["display"] is not None and form is None
            over = said["last_day"] is not None and said["last_day"] < day
            if said["list"] == name and not missing and not over:
                found.append((-said["since"].toordinal(), key, told(CODEC, value, form)))
        entries: list[Entry] = [entry for *_, entry in sorted(found, key=lambda one: one[:2])]
        return Listed(entries[(page - 1) * PAGE : page * PAGE], len(entries))


class Figures:
    """Counts as a test gives them. Contract of the real ones: ``test_portal_figures.py``."""

    def __init__(self) -> None:
        self.given: Counts | None = Counts(None, (), (), (), ())

    def counts(self) -> Counts:
        if self.given is None:
            raise FiguresClosed("down")
        return self.given


class Door:
    """The application, and whoever knocks. ``sent``: records filed, by topic."""

    def __init__(self, folder: Path, *, per_minute: int = 1_000) -> None:
        self.stand = Stand(folder / "keys").begin(DAY)
        self.log = Log(self.stand.topics)
        settings = Settings(data_dir=folder)
        self.issuer = Issuer(settings)
        self.now = 0.0
        self.today = TODAY
        self.meters = Meters(Vocabulary())
        trust = Trust(ISSUER, "chengxin-portal", "ES256", keys.IssuerKeys(str(self.issuer.key_set), "ES256").get)
        self.figures = Figures()
        opener = keys.kept(opener_file(settings))
        self.desk = Desk(
            tokens=Tokens(trust, opener, CATALOGUE.channels, allow_synthetic=True),
            applications=Applications.load(BOOK, CATALOGUE),
            channels=CATALOGUE,
            book=BOOK,
            people=People(Memory(self.stand.topics), CODEC, self.stand.keyring, self.stand.books.__getitem__),
            log=self.log,
            cases=Cases(self.stand),
            inbox=Inbox(self.stand),
            find=self.decisions,
            clock=lambda: last_day((value for value in self.stand.received["clock"] if value is not None), CODEC),
            limiter=Limiter(per_minute, lambda: self.now),
            even=Even(STEP_S, lambda: self.now, self.sleep),
            meters=self.meters,
            today=lambda: self.today,
            board=Board(self.stand.topics),
            figures=self.figures,
        )
        logins = Logins(self.desk.tokens, b"a secret", ISSUER, secure=False)
        self.client = TestClient(http.build(self.desk, {"keys": []}, logins))

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def get(self, path: str, token: str | None) -> tuple[int, dict[str, Any]]:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        answer = self.client.get(path, headers=headers)
        return answer.status_code, answer.json()

    def post(self, path: str, token: str | None, **said: Any) -> tuple[int, dict[str, Any]]:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        answer = self.client.post(path, json=said, headers=headers)
        return answer.status_code, answer.json()

    def officer(self, channel: str, *purposes: str) -> str:
        return self.issuer.officer("R-17", channel, purposes)

    def person(self, number: int, name: str | None = None) -> str:
        return self.issuer.person(person(number), name or f"测试{number}")

    def food(self, number: int, **changes: Any) -> None:
        """The market regulator has revoked a food licence of synthetic person ``number``."""
        item = BOOK.items["FOOD_LICENCE_REVOKED"]
        said = {
            "item": item.code,
            "body": "SD-MARKET",
            "document_no": f"鲁市监罚〔2026〕{number}号",
            "basis": item.instruments[0],
            "ground": next(iter(item.grounds)),
            **changes,
        }
        self.stand.send("events.market", CODEC.encode("CreditDetermination", determination(number, DAY, **said)))

    def order(self, number: int, **changes: Any) -> None:
        """A court has limited the consumption of synthetic person ``number``."""
        item = BOOK.items["COURT_CONSUMPTION_ORDER"]
        said = {"item": item.code, "ground": None, "basis": item.instruments[0], **changes}
        self.stand.send("events.court", CODEC.encode("CreditDetermination", determination(number, DAY, **said)))

    def honour(self, number: int) -> None:
        """The civil affairs office has recorded that synthetic person ``number`` is a good volunteer."""
        item = BOOK.items["VOLUNTEER_GOOD_RECORD"]
        said = {
            "item": item.code,
            "body": "SD-CIVIL-AFFAIRS",
            "document_no": f"鲁民志〔2026〕{number}号",
            "basis": item.instruments[0],
            "ground": None,
        }
        value = CODEC.encode("CreditDetermination", determination(number, DAY, **said))
        self.stand.send("events.civil_affairs", value)

    def revoke(self, number: int) -> None:
        """What ``food`` reported is revoked: it never should have been."""
        ending = {
            "event_id": f"e{number}",
            "subject": determination(number, DAY)["subject"],
            "target": {"document_no": f"鲁市监罚〔2026〕{number}号", "item": "FOOD_LICENCE_REVOKED"},
            "reason": "revoked",
            "document_no": f"鲁市监撤〔2026〕{number}号",
            "document_date": DAY,
            "document_digest": "cd" * 32,
        }
        self.stand.send("events.market", CODEC.encode("GroundEnding", ending))

    def repair(self, number: int, day: date) -> None:
        """What ``food`` reported is repaired on ``day``."""
        self.stand.tick(day)
        decided = {
            "event_id": f"r{number}",
            "subject": determination(number, DAY)["subject"],
            "target": {"document_no": f"鲁市监罚〔2026〕{number}号", "item": "FOOD_LICENCE_REVOKED"},
            "matter": "repair",
            "step": "upheld",
            "case_no": f"修{number}",
            "day": day,
            **dict.fromkeys(("minimum_reached", "wrong_corrected", "duties_done", "public_promise"), True),
            "document_no": f"鲁市监修〔{day.year}〕{number}号",
            "document_digest": "ce" * 32,
        }
        self.stand.send("cases.market", CODEC.encode("CaseEvent", decided))
        assert self.stand.read("receipts.market")[-1]["outcome"] == "accepted"

    def erase(self, number: int) -> None:
        """All clocks of whoever ``food`` reported are over: revoked, lifted, five years and the grace gone."""
        self.revoke(number)
        for one in self.proposals("market"):
            if one["state"] == "lifting":
                self.answer("market", one, "lifted")
        self.stand.tick(DAY.replace(year=DAY.year + 6))
        assert self.stand.read("decisions")[-1]["kind"] == "erased"

    def answer(self, channel: str, proposal: dict[str, Any], state: str, reason: str | None = None) -> None:
        """An officer's answer on one proposal."""
        said = {
            "event_id": f"f-{state}-{proposal['obligation_id']}",
            "subject": {"kind": "person", "id_type": "none", "case_ref": proposal["case_ref"]},
            "obligation_id": proposal["obligation_id"],
            "state": state,
            "reason": reason,
            "officer": "R-17",
            "answered_on": DAY,
        }
        self.stand.send(f"feedback.{channel}", CODEC.encode("OfficerFeedback", said))

    def decisions(self, wanted: str) -> list[Decision]:
        """As the table finds them: by their id, or by the receipt's. Contract: ``streams.explain.find``."""
        made = [from_avro(value, Decision) for value in self.stand.read("decisions")]
        found = [one for one in made if wanted in (one.decision_id, one.cause.receipt_id)]
        if not found:
            raise NotFound(wanted)
        return found

    def proposals(self, channel: str) -> list[dict[str, Any]]:
        return self.stand.read(f"sanctions.{channel}")


def ending(number: int, reason: str) -> bytes:
    """What ends the court listing of synthetic person ``number``, framed."""
    said = {
        "event_id": f"E-{number}",
        "subject": {"kind": "person", "id_type": "citizen", "id_number": person(number), "name": f"测试{number}"},
        "target": {"document_no": f"({DAY.year})鲁执{number}号", "item": "COURT_DEFAULTER_LISTING"},
        "reason": reason,
        "document_no": f"({DAY.year})鲁执销{number}号",
        "document_date": DAY,
        "document_digest": "cd" * 32,
    }
    return CODEC.encode("GroundEnding", said)


__all__ = ["AT", "DAY", "TODAY", "Board", "Door", "Log", "Memory", "ending", "person"]
