"""Commits of offsets with metadata that only the present owner of the partitions can make.

aiokafka's own ``commit`` repeats a failed request under whatever generation the consumer has by then: after a
rebalance an old plan could be committed over a newer one, and with no generation at all an empty group accepts it
from anybody. So the request is sent here only while the consumer still is in the generation that made the plan; no
await lies between that look and the request being built. Nor is it repeated in its generation after its answer was
lost: it may still arrive, over a newer commit, and then the group would hold a plan that was carried out long ago. The
member leaves instead, and the broker refuses whatever still comes from it. This rests on inner names of aiokafka 0.14
(pinned): ``_coordinator``, ``ensure_coordinator_known``, ``_do_commit_offsets``, ``_maybe_leave_group``;
tests/contract watches them.
"""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    IllegalGenerationError,
    KafkaConnectionError,
    KafkaError,
    RebalanceInProgressError,
    RequestTimedOutError,
    UnknownMemberIdError,
)
from aiokafka.structs import OffsetAndMetadata

RETRY_S = 0.1


class Fenced(Exception):
    """These partitions are, or may be, another's: drop what was planned for them."""


class GroupOffsets:
    """The group's committed offsets and plans, seen through one consumer."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    @property
    def generation(self) -> int:
        """Number of the group's present assignment; -1 while the consumer is no member."""
        return int(self._consumer._coordinator.generation)

    def require(self, generation: int) -> None:
        """Raise Fenced unless ``generation`` is still the present one."""
        if generation < 0 or generation != self.generation:
            raise Fenced(f"generation {generation} is over")

    async def committed(self, places: list[TopicPartition], generation: int) -> dict[TopicPartition, OffsetAndMetadata]:
        """Committed offset and metadata; partitions without a commit are absent. Asked after joining, when no
        commit of an earlier generation can arrive any more. Raises Fenced, KafkaError."""
        found = await self._consumer._coordinator.fetch_committed_offsets(places)
        self.require(generation)
        return dict(found)

    async def commit(self, generation: int, offsets: Mapping[TopicPartition, tuple[int, str]]) -> None:
        """Commit offset and metadata of each partition; repeats while the broker says no for now. Raises Fenced, also
        where no answer came.
        """
        request = {place: OffsetAndMetadata(offset, metadata) for place, (offset, metadata) in offsets.items()}
        coordinator = self._consumer._coordinator
        while True:
            await coordinator.ensure_coordinator_known()
            self.require(generation)
            try:
                await asyncio.shield(coordinator._do_commit_offsets(None, request))
            except (UnknownMemberIdError, IllegalGenerationError, RebalanceInProgressError) as error:
                raise Fenced(f"generation {generation}: {type(error).__name__}") from error
            except (KafkaConnectionError, RequestTimedOutError) as error:
                await self._leave(generation)
                raise Fenced(f"generation {generation}: no answer to a commit, joining anew") from error
            except KafkaError as error:
                if not error.retriable:
                    raise
                await asyncio.sleep(RETRY_S)
            else:
                return

    async def _leave(self, generation: int) -> None:
        """Be no member of this generation any more, whether the broker hears of it or not."""
        coordinator = self._consumer._coordinator
        await coordinator.ensure_coordinator_known()
        if coordinator.generation == generation:
            await coordinator._maybe_leave_group()
