"""Both agents' steps in one process on the engine's own memory store: every transaction real, no broker.

A transaction's outputs are appended to in-memory topics; ``crash`` throws a transaction away as the engine would.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from schemas.codec import Codec
from streams.casework import CaseworkStep
from streams.core.law import LawBook
from streams.desk import Desk
from streams.engine.memory_store import MemoryStore
from streams.engine.ports import Record, Step
from streams.engine.state import TaskTransaction
from streams.examine import Examiner
from streams.identity import Keyring
from streams.intake import IntakeStep
from streams.law import canonical, loader
from streams.messages import Messages
from topics.catalogue import Catalogue

BOOK = loader.load()
CODEC = Codec.load()
CATALOGUE = Catalogue.load()


class Silent:
    """A tally that keeps nothing."""

    def receipt(self, channel: str, outcome: str, code: str | None = None) -> None: ...
    def decision(self, kind: str) -> None: ...
    def obligations(self, raised: int, lifted: int) -> None: ...
    def source(self, timestamp_ms: int) -> None: ...
    def rollback(self) -> None: ...


class Stand:
    """One partition of everything. ``topics``: name -> values in order of commit; ``received``: what was sent."""

    def __init__(self, keys: Path, chunk: int = 500, allow_synthetic: bool = True) -> None:
        self.books = {BOOK.digest: BOOK}
        keyring = Keyring.load(keys, CATALOGUE.channels, create=True)
        messages = Messages(CODEC, CATALOGUE, "", keyring)
        self.desk = Desk(CODEC, CATALOGUE, "", 1, chunk, messages, self.books.__getitem__)
        admitted = {family: CATALOGUE.admitted(family) for family in CATALOGUE.families}
        self.examiner = Examiner(CODEC, admitted, keyring, allow_synthetic)
        self.keyring = keyring
        self.topics: dict[str, list[tuple[bytes | None, bytes | None]]] = defaultdict(list)
        self.headers: dict[str, list[Sequence[tuple[str, bytes]]]] = defaultdict(list)  # beside ``topics``
        self.received: dict[str, list[bytes | None]] = defaultdict(list)
        self.stores = {"intake": MemoryStore(), "casework": MemoryStore()}
        self.transactions = 0
        self._done = 0
        self.steps: dict[str, Step] = {}
        self.restart()

    def restart(self) -> None:
        """New steps on the committed state, as after a crash."""
        self.steps = {
            "intake": IntakeStep(0, self.desk, self.examiner, Silent()),
            "casework": CaseworkStep(0, self.desk, Silent()),
        }
        for name, step in self.steps.items():
            step.begin(TaskTransaction(self.stores[name]).state)

    def send(self, topic: str, value: bytes | None, crash: bool = False) -> None:
        """Publish one record and let both agents work it off; with ``crash`` every transaction is tried twice."""
        record = Record(topic, 0, len(self.received[topic]), 0, None, value, ())
        self.received[topic].append(value)
        assert self.steps["intake"].ready(topic)
        self._work("intake", record, crash)
        self.work_off(crash)

    def work_off(self, crash: bool = False) -> None:
        """Let casework handle what is new on ``accepted``."""
        accepted = self.topics["accepted"]
        while self._done < len(accepted):
            key, raw = accepted[self._done]
            self._work("casework", Record("accepted", 0, self._done, 0, key, raw, ()), crash)
            self._done += 1

    def _work(self, name: str, record: Record, crash: bool) -> None:
        done = False
        while not done:
            if crash:
                self._transaction(name, record)
                self.restart()
            done, tx = self._transaction(name, record)
            self.stores[name].apply(tx.changes)
            for output in tx.outputs:
                self.topics[output.topic].append((output.key, output.value))
                self.headers[output.topic].append(output.headers)
            self.transactions += 1

    def _transaction(self, name: str, record: Record) -> tuple[bool, TaskTransaction]:
        tx = TaskTransaction(self.stores[name])
        done = self.steps[name].handle(record, tx)
        self.steps[name].flush(tx)
        return done, tx

    def tick(self, day: date, crash: bool = False) -> None:
        self.send("clock", CODEC.encode("ClockTick", {"day": day}), crash)

    def law(self, book: LawBook, from_day: date, crash: bool = False) -> None:
        self.books[book.digest] = book
        self.send("clock", CODEC.encode("LawActivation", {"digest": book.digest, "from_day": from_day}), crash)

    def begin(self, day: date) -> "Stand":
        self.law(BOOK, day)
        self.tick(day)
        return self

    def read(self, topic: str) -> list[dict[str, Any]]:
        return [CODEC.decode(value).value for _, value in self.topics[topic]]

    def standing_bytes(self) -> dict[bytes, bytes | None]:
        store = self.stores["casework"]
        return {key: store.get(key) for key in store.keys_after(b"\x00", 1 << 20)}


def amended(**rules: dict[str, Any]) -> LawBook:
    """The packaged book with fields of some rules changed, e.g. ``amended(**{"M-1.v1/3": {"active": False}})``."""
    changed = {key: msgspec.structs.replace(BOOK.rules[key], **fields) for key, fields in rules.items()}
    book = msgspec.structs.replace(BOOK, rules={**BOOK.rules, **changed})
    return canonical.parse(canonical.dump(book))


def with_stated_term() -> LawBook:
    """The packaged book, in which ground 2 of the court list leaves its last day (in 1 to 3 years) to the document."""
    item = BOOK.items["COURT_DEFAULTER_LISTING"]
    ground = msgspec.structs.replace(item.grounds["2"], term_years=None, extra_years_max=0, stated_months=(12, 36))
    items = {item.code: msgspec.structs.replace(item, grounds={**item.grounds, "2": ground})}
    return canonical.parse(canonical.dump(msgspec.structs.replace(BOOK, items={**BOOK.items, **items})))


def listing(number: int, document: date, **changes: Any) -> bytes:
    """A listing decision about synthetic person ``number``, framed."""
    return CODEC.encode("CreditDetermination", determination(number, document, **changes))


def determination(number: int, document: date, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": f"L-{number}",
        "subject": {"kind": "person", "id_type": "citizen", "id_number": person(number), "name": f"测试{number}"},
        "item": "COURT_DEFAULTER_LISTING",
        "body": "SD-COURT",
        "document_no": f"({document.year})鲁执{number}号",
        "document_date": document,
        "effect_date": document,
        "document_digest": "ab" * 32,
        "basis": BOOK.items["COURT_DEFAULTER_LISTING"].instruments[0],
        "ground": "2",
        "prior_notice": True,
        "hearing": True,
        **changes,
    }


def about(number: int, day: date) -> dict[str, Any]:
    """Subject and target of a record that speaks of the listing of that day."""
    listed = determination(number, day)
    return {
        "subject": {"kind": "person", "id_type": "citizen", "id_number": person(number)},
        "target": {"document_no": listed["document_no"], "item": listed["item"]},
    }


def performed(number: int, day: date) -> bytes:
    """What the listing of that day demanded is performed: its ground ends."""
    value = {
        "event_id": f"E-{number}",
        **about(number, day),
        "reason": "performed",
        "document_date": day,
    }
    return CODEC.encode("GroundEnding", value)


def person(number: int) -> str:
    """A citizen number that cannot exist: region 990000."""
    from stdnum.cn import ric

    body = f"99000019800101{number:03d}0"
    return body[:17] + str(ric.calc_check_digit(body))
