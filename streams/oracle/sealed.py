"""Sealed identities against the records they were taken from. A seal is random, so it is compared by opening it."""

from collections.abc import Iterable, Iterator
from datetime import date

from schemas.codec import Codec, SchemaFault
from streams.core.events import Accepted, EventKind
from streams.identity import Keyring, Sealed, normalise_name, unseal
from streams.oracle.difference import Difference, headed
from streams.oracle.history import Message

_ADDS = (EventKind.DETERMINATION, EventKind.CORRECTION)  # others only speak of somebody known already


class Sealing:
    """Which identities must be on ``identities``, by key: those of records that add to a standing and carried a
    number. An ending or an answer that carries one may be sealed, and need not."""

    def __init__(self) -> None:
        self.erased: set[str] = set()  # tokens that an ``erased`` decision names: of them nothing must be there
        self.forgotten: set[bytes] = set()  # keys of names for which a standing had no room
        self._masked: dict[bytes, bytes] = {}  # by key: the masked form that must stand on ``displays``
        self._unexamined: set[bytes] = set()  # keys of records whose source is no longer kept
        self._days: dict[bytes, set[date]] = {}  # on which intake read a record of this key
        self._must: set[bytes] = set()

    def demand(self, accepted: Accepted, day: date, display: tuple[bytes, bytes] | None, examined: bool = True) -> None:
        """Note an accepted record that carried a number, with the masked form it must have led to."""
        key = f"{accepted.subject}:{accepted.name_check}".encode()
        if display is not None:
            self._masked[display[0]] = display[1]
        if not examined:
            self._unexamined.add(key)
        self._days.setdefault(key, set()).add(day)
        if accepted.kind in _ADDS:
            self._must.add(key)

    def compare(self, codec: Codec, keyring: Keyring, messages: Iterable[Message]) -> Iterator[Difference | None]:
        """Each sealed record opens to whom its key says and was sent by somebody; none is missing.

        A restarted task may seal again what it has sealed before, so one key may have several records.
        """
        left, found = set(self._must), list(messages)
        newest = {message.key: message for message in found}
        for message in found:
            key = message.key or b""
            where = f"identities {message.partition}:{message.offset}"
            gone = message.value is None and self._may_be_gone(key)
            if gone or (message is not newest[message.key] and self._shredded(codec, keyring, message.value)):
                yield headed(where, (), message)
                continue
            yield self._wrong(codec, keyring, where, key, message.value) or headed(where, (), message)
            left.discard(key)
        for key in sorted(left):
            if not self._may_be_gone(key):
                yield Difference(f"identities key {key.decode()}", "a sealed identity", "none")

    def compare_displays(self, messages: Iterable[Message]) -> Iterator[Difference | None]:
        """Each masked form is that of the record it was made from; none is missing, none is there of anybody else."""
        last: dict[bytes, bytes | None] = {}
        for message in messages:
            last[message.key or b""] = message.value
        for key in sorted(last.keys() | self._masked.keys()):
            wanted, seen = self._masked.get(key), last.get(key)
            where = f"displays key {key.decode(errors='replace')}"
            right = wanted == seen or (seen is None and self._may_be_gone(key))
            right = right or (wanted is None and key in self._unexamined)
            yield None if right else Difference(where, f"masked form {wanted!r}", f"{seen!r}")

    def _may_be_gone(self, key: bytes) -> bool:
        return key[:32].decode(errors="replace") in self.erased or key in self.forgotten

    @staticmethod
    def _shredded(codec: Codec, keyring: Keyring, value: bytes | None) -> bool:
        """Whether nobody can open it any more: its master key was retired. Only what was replaced may be so."""
        try:
            said = codec.decode(value, frozenset({"SealedIdentity"})).value
        except SchemaFault:
            return False
        return said["key_version"] not in keyring.masters

    def _wrong(self, codec: Codec, keyring: Keyring, where: str, key: bytes, value: bytes | None) -> Difference | None:
        days = self._days.get(key)
        if days is None:
            return Difference(where, "an identity that somebody sent", f"key {key.decode(errors='replace')}")
        try:
            said = codec.decode(value, frozenset({"SealedIdentity"})).value
        except SchemaFault as fault:
            return Difference(where, "a sealed identity", str(fault))
        day = said.pop("sealed_on")
        if day not in days:
            return Difference(f"{where} field sealed_on", f"one of {sorted(map(str, days))}", str(day))
        token = key[:32].decode()
        try:
            identity = unseal(keyring.masters, token, Sealed(**said))
        except ValueError as error:
            return Difference(where, f"the identity of {token}", str(error))
        name = normalise_name(identity.name)
        found = keyring.token(identity.kind, identity.number)
        check = keyring.name_check(found, name) if name else ""
        if f"{found}:{check}".encode() != key:  # only tokens are told, never whom they stand for
            return Difference(where, f"the identity of {key.decode()}", f"that of {found}:{check}")
        return None
