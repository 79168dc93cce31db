"""The simulated group coordinator: the classic protocol of join, sync and heartbeat, and the group's offsets."""

from collections.abc import Callable
from typing import Any

from tests.simulation.loop import VirtualLoop

OK, ILLEGAL_GENERATION, INCONSISTENT, UNKNOWN_MEMBER, REBALANCING = 0, 22, 23, 25, 27
Place = tuple[str, int]
Reply = Callable[..., None]


class Member:
    def __init__(self, name: str, session_s: float, rebalance_s: float) -> None:
        self.name = name
        self.session_s = session_s
        self.rebalance_s = rebalance_s
        self.protocols: list[tuple[str, bytes]] = []
        self.joining: Reply | None = None
        self.syncing: Reply | None = None
        self.assignment = b""
        self.heard = 0  # how often: an expiry armed before the last time does not count


class Group:
    """``join``, ``sync`` and the others answer through ``reply``, some of them later."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.members: dict[str, Member] = {}
        self.generation = 0
        self.state = "empty"
        self.offsets: dict[Place, tuple[int, str]] = {}
        self.protocol = ""
        self._round = 0
        self._named = 0

    # --- sessions ---------------------------------------------------------------------------------------------------

    def _heard(self, member: Member) -> None:
        member.heard += 1
        self._loop.later(member.session_s, self._expire, member, member.heard)

    def refresh(self) -> None:
        """A coordinator that comes back gives everybody a session anew."""
        for member in self.members.values():
            self._heard(member)

    def _expire(self, member: Member, heard: int) -> None:
        if self.members.get(member.name) is not member or member.heard != heard:
            return
        if member.joining is not None or member.syncing is not None:
            self._heard(member)  # it waits for us
            return
        self._remove(member)

    def _remove(self, member: Member) -> None:
        del self.members[member.name]
        if not self.members:
            self.state = "empty"
        elif self.state == "preparing":
            self._maybe_complete()
        else:
            self._prepare()

    # --- rebalance --------------------------------------------------------------------------------------------------

    def join(self, name: str, client: str, session_s: float, rebalance_s: float, protocols: Any, reply: Reply) -> None:
        if name and name not in self.members:
            reply(error=UNKNOWN_MEMBER, member=name)
            return
        protocols = [(protocol, bytes(metadata)) for protocol, metadata in protocols]
        if not name:
            self._named += 1
            name = f"{client}-{self._named}"
            self.members[name] = Member(name, session_s, rebalance_s)
        member = self.members[name]
        same, leads = member.protocols == protocols, name == min(self.members)
        member.protocols, member.joining = protocols, reply
        self._heard(member)
        if self.state == "stable" and same and not leads:
            self._answer_join(member)
            return
        if self.state != "preparing":
            self._prepare()
        self._maybe_complete()

    def _prepare(self) -> None:
        self.state = "preparing"
        self._round += 1
        for member in self.members.values():
            if member.syncing is not None:
                member.syncing(error=REBALANCING)
                member.syncing = None
        limit = max(member.rebalance_s for member in self.members.values())
        self._loop.later(limit, self._give_up, self._round)

    def _give_up(self, number: int) -> None:
        """Who has not joined in time is out."""
        if self.state == "preparing" and self._round == number:
            self.members = {name: one for name, one in self.members.items() if one.joining is not None}
            if self.members:
                self._complete()
            else:
                self.state = "empty"

    def _maybe_complete(self) -> None:
        if self.state == "preparing" and all(member.joining is not None for member in self.members.values()):
            self._complete()

    def _complete(self) -> None:
        self.generation += 1
        self.state = "completing"
        common = set.intersection(*({name for name, _ in one.protocols} for one in self.members.values()))
        first = self.members[min(self.members)]
        self.protocol = next(name for name, _ in first.protocols if name in common)
        for member in self.members.values():
            member.assignment = b""
            self._answer_join(member)
            self._heard(member)

    def _answer_join(self, member: Member) -> None:
        leader = min(self.members)
        told = self.members.values() if member.name == leader else ()
        reply, member.joining = member.joining, None
        assert reply is not None
        reply(
            error=OK,
            generation=self.generation,
            protocol=self.protocol,
            leader=leader,
            member=member.name,
            members=[(one.name, dict(one.protocols)[self.protocol]) for one in told],
        )

    def sync(self, name: str, generation: int, assignments: Any, reply: Reply) -> None:
        member = self.members.get(name)
        error = self._judge(member, generation)
        if member is None or error or self.state == "preparing":
            reply(error=error or REBALANCING)
            return
        self._heard(member)
        if self.state == "stable":
            reply(error=OK, assignment=member.assignment)
            return
        member.syncing = reply
        if name == min(self.members):
            given = {who: bytes(what) for who, what in assignments}
            self.state = "stable"
            for one in self.members.values():
                one.assignment = given.get(one.name, b"")
                if one.syncing is not None:
                    one.syncing(error=OK, assignment=one.assignment)
                    one.syncing = None

    def _judge(self, member: Member | None, generation: int) -> int:
        if member is None:
            return UNKNOWN_MEMBER
        return OK if generation == self.generation else ILLEGAL_GENERATION

    def heartbeat(self, name: str, generation: int) -> int:
        member = self.members.get(name)
        error = self._judge(member, generation)
        if member is None or error:
            return error
        self._heard(member)
        return REBALANCING if self.state == "preparing" else OK

    def leave(self, name: str) -> int:
        member = self.members.get(name)
        if member is None:
            return UNKNOWN_MEMBER
        self._remove(member)
        return OK

    # --- offsets ----------------------------------------------------------------------------------------------------

    def commit(self, name: str, generation: int, offsets: dict[Place, tuple[int, str]]) -> int:
        """From a member of the present generation; or, while there is nobody, from anybody without one."""
        if generation < 0 and not self.members:
            self.offsets.update(offsets)
            return OK
        member = self.members.get(name)
        error = self._judge(member, generation)
        if member is None or error:
            return error
        if self.state == "completing":
            return REBALANCING
        self._heard(member)
        self.offsets.update(offsets)
        return OK
