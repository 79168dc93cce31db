"""What others than the executing departments may see of a subject, and how a decision moves it.

Three places in a standing: what is in public (公示), what a credit bureau holds (征信), and places on lists of
incentives (红名单, 信易+). Values only; ``publication``, ``bureau`` and ``redlist`` say what should stand on a day.
"""

from datetime import date
from enum import StrEnum

from msgspec import Struct


class Publication(Struct, frozen=True):
    """One entry as it stands in public. It holds no name and no number: those who show it join the masked form."""

    publication_id: str  # stays the same while the entry is public under this rule
    key: str  # entry
    rule: str  # code of publicity.yaml
    list: str  # exposure | honours
    since: date
    last_day: date | None  # last day in public as known today; None = no end but that of the ground
    disputed: bool  # 异议处理中
    content_digest: str  # of the entry as shown
    version: int = 1  # only grows, also where what ended begins again


class BureauRecord(Struct, frozen=True):
    """One entry at the credit bureau, or about to be fed to it."""

    record_id: str
    key: str  # entry
    ground: str  # public_by_law | consented
    told_on: date  # day of the notice to the person
    fed_on: date | None  # None = told, not fed yet
    last_day: date | None
    disputed: bool
    content_digest: str
    version: int = 0  # of the last message about it, only grows; 0 = there was none


class Reward(Struct, frozen=True):
    """One place on a list of incentives."""

    reward_id: str
    offer: str  # code of offers.yaml
    partner: str | None  # who is told; None = nobody outside
    key: str  # the honour it rests on
    ground: str  # red_list_condition_met | consented | public_by_law
    since: date
    version: int = 1


class Move(StrEnum):
    """How one of them moves."""

    BEGUN = "begun"  # public from now on; granted; the person is told that the bureau will be fed
    CHANGED = "changed"  # shown otherwise; fed, or fed anew
    ENDED = "ended"  # withdrawn, deleted


class PublicationMove(Struct, frozen=True):
    move: Move
    publication: Publication
    reason: str


class BureauMove(Struct, frozen=True):
    move: Move
    record: BureauRecord
    reason: str


class RewardMove(Struct, frozen=True):
    move: Move
    reward: Reward
    reason: str


class Moves(Struct, frozen=True):
    """Everything one decision moves of what others see."""

    publications: tuple[PublicationMove, ...] = ()
    bureau: tuple[BureauMove, ...] = ()
    rewards: tuple[RewardMove, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Each reason once, in order."""
        shown = (one.reason for one in self.publications)
        fed = (one.reason for one in self.bureau)
        return tuple(dict.fromkeys((*shown, *fed, *(one.reason for one in self.rewards))))

    @property
    def key(self) -> str | None:
        """The entry the first of them is about; None if nothing moves."""
        for publication in self.publications:
            return publication.publication.key
        for record in self.bureau:
            return record.record.key
        return next((reward.reward.key for reward in self.rewards), None)


def publications_after(standing: dict[str, Publication], moved: tuple[PublicationMove, ...]) -> dict[str, Publication]:
    """Publications by id as ``moved`` leaves them."""
    left = dict(standing)
    for one in moved:
        left[one.publication.publication_id] = one.publication
        if one.move is Move.ENDED:
            del left[one.publication.publication_id]
    return left
