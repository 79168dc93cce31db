"""What the topics say about one subject: decisions folded to the standing, the sealed identity, who looked."""

import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple

from schemas.codec import Codec, SchemaFault
from sinks.portal.places import Archive
from streams.core.decisions import Decision, DecisionKind
from streams.core.evolve import evolve
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.identity import Keyring, Sealed, unseal
from streams.identity.sealing import Identity
from streams.querylog import Query
from streams.wire import from_avro

LOOKS = 100  # of one page
_MOST = 1 << 24  # bytes of a record of our own


class Known(NamedTuple):
    """One subject as committed until now. ``decisions``: those that no erasure took, in order; ``erased``: the last
    erasure, None where there was none; ``looks``: keys under which looks at it may be logged."""

    standing: Standing
    decisions: tuple[Decision, ...]
    erased: Decision | None
    looks: frozenset[str]


class Look(NamedTuple):
    """Somebody asked. ``at_ms``: when the broker had it."""

    query: Query
    at_ms: int


class Looks(NamedTuple):
    """``told``: those of ``page``, in order of time; ``unreadable``: records of that page that say nothing anybody can
    read; ``total``: how many there are on all pages."""

    told: list[Look]
    unreadable: int
    page: int
    total: int


class People:
    """Reads people of one deployment. ``law``: books by digest."""

    def __init__(self, archive: Archive, codec: Codec, keyring: Keyring, law: Callable[[str], LawBook]) -> None:
        self._archive = archive
        self._codec = codec
        self._keyring = keyring
        self._law = law
        self._law_lock = threading.Lock()  # the shelf reads a topic for a book it does not have yet

    def token(self, identity: Identity) -> str:
        """The subject of a checked identity."""
        return self._keyring.token(identity.kind, identity.number)

    def known(self, subject: str) -> Known:
        """Everything decided. Raises Behind."""
        found = self._archive.about("decisions", subject)
        decisions = [self._decision(one.value) for one in found]
        standing = Standing(subject)
        for decision in decisions:
            standing = evolve(standing, decision)
        kinds = [one.kind for one in decisions]
        cut = len(kinds) - kinds[::-1].index(DecisionKind.ERASED) if DecisionKind.ERASED in kinds else 0
        ids = {one.decision_id for one in decisions} | {one.cause.receipt_id for one in decisions}
        return Known(standing, tuple(decisions[cut:]), decisions[cut - 1] if cut else None, frozenset({subject} | ids))

    def identity(self, standing: Standing) -> Identity | None:
        """The sealed identity of the name in force; None where none is kept. Raises Behind."""
        found = self._archive.about("identities", f"{standing.subject}:{standing.name_check}")
        if not found:
            return None
        said = self._codec.decode(found[-1].value, frozenset({"SealedIdentity"})).value
        said.pop("sealed_on")
        return unseal(self._keyring.masters, standing.subject, Sealed(**said))

    def named(self, standing: Standing, name: str) -> bool:
        """Whether ``name``, normalised, is the one in force; so it is where no name is known."""
        return standing.name_check in ("", self._keyring.name_check(standing.subject, name))

    def opened(self, reference: str, channel: str) -> str | None:
        """The subject behind a case reference made for ``channel``; None for any other text."""
        try:
            return self._keyring.open_case_ref(reference, channel)
        except ValueError:
            return None

    def whose(self, reference: str, channels: Iterable[str]) -> str | None:
        """The subject behind a case reference made for any of ``channels``: for the record of who tried it."""
        return next((found for one in channels if (found := self.opened(reference, one)) is not None), None)

    def reference(self, subject: str, channel: str) -> str:
        """The case reference by which ``channel`` knows the subject."""
        return self._keyring.case_ref(subject, channel)

    def looks(self, keys: Iterable[str], page: int) -> Looks:
        """Looks logged under one of ``keys``, the newest on page 1. What cannot be read keeps nobody from the rest.

        :raises Behind:
        """
        told, unreadable = [], 0
        part = self._archive.newest("querylog", sorted(keys), LOOKS, LOOKS * (page - 1))
        for one in part.found:
            try:
                told.append(Look(self._look(one.value), one.appended_ms))
            except SchemaFault:
                unreadable += 1
        return Looks(told, unreadable, page, part.total)

    def law(self, digest: str) -> LawBook:
        """The book of a digest. Raises UnknownLaw."""
        with self._law_lock:
            return self._law(digest)

    def _decision(self, value: bytes) -> Decision:
        return from_avro(self._codec.decode(value, frozenset({"Decision"}), max_bytes=_MOST).value, Decision)

    def _look(self, value: bytes) -> Query:
        said = self._codec.decode(value, frozenset({"QueryLogged"})).value
        return Query(**{field: said[field] for field in Query._fields})
