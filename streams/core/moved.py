"""What others than the executing departments see of a subject, after the moves of one decision; part of ``evolve``."""

from msgspec.structs import replace

from streams.core.disclosed import BureauRecord, Move, Moves, Publication, Reward, publications_after
from streams.core.standing import Standing


def after_moves(standing: Standing, moves: Moves) -> Standing:
    """``standing``, which has the entries as the decision leaves them, with what ``moves`` shows and takes back."""
    return replace(
        standing,
        publications=publications_after(standing.publications, moves.publications),
        bureau=_bureau(standing, moves),
        rewards=_rewards(standing, moves),
        versions=_versions(standing, moves),
    )


def _bureau(standing: Standing, moves: Moves) -> dict[str, BureauRecord]:
    left = dict(standing.bureau)
    for one in moves.bureau:
        left[one.record.record_id] = one.record
        if one.move is Move.ENDED:
            del left[one.record.record_id]
    return left


def _rewards(standing: Standing, moves: Moves) -> dict[str, Reward]:
    left = dict(standing.rewards)
    for one in moves.rewards:
        left[one.reward.reward_id] = one.reward
        if one.move is Move.ENDED:
            del left[one.reward.reward_id]
    return left


def _versions(standing: Standing, moves: Moves) -> dict[str, int]:
    """What ended may begin again while its entry lives, under the same id: it goes on from its last version. What has
    begun again carries its version itself."""
    told: tuple[tuple[Move, str, Publication | BureauRecord], ...] = (
        *((one.move, one.publication.publication_id, one.publication) for one in moves.publications),
        *((one.move, one.record.record_id, one.record) for one in moves.bureau),
    )
    left = dict(standing.versions)
    for move, identifier, one in told:
        left.pop(identifier, None)
        entry = standing.entries.get(standing.key_now(one.key))
        if move is Move.ENDED and one.version and entry is not None and entry.ended_on is None:
            left[identifier] = one.version
    return left
