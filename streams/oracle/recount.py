"""Casework worked out again from ``accepted``: every output it should have written."""

from collections.abc import Callable, Iterable

from streams.core.decisions import Decision, DecisionKind, Receipt
from streams.core.events import Accepted
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.engine.ports import Output
from streams.messages import Messages
from streams.oracle.replay import Replay


class Recount:
    """One partition of ``accepted``, event by event. ``outputs`` collects everything casework should have written."""

    def __init__(self, partition: int, law: Callable[[str], LawBook], messages: Messages) -> None:
        self._partition = partition
        self._messages = messages
        self._replay = Replay(law, self._decided, self._received)
        self._standings: dict[str, Standing] = {}  # as the last decision left them: an erasure takes back what stood
        self.outputs: list[Output] = []

    def run(self, events: Iterable[Accepted]) -> "Recount":
        self._replay.run(events)
        return self

    def _decided(self, decision: Decision, standing: Standing, book: LawBook) -> None:
        self.outputs.extend(self._messages.of(decision, standing, book, self._partition))
        if decision.kind is DecisionKind.ERASED:
            self.outputs.extend(self._messages.erasure(decision, self._standings[decision.subject], self._partition))
        self._standings[decision.subject] = standing

    def _received(self, event: Accepted, receipt: Receipt) -> None:
        self.outputs.append(self._messages.receipt(receipt))
