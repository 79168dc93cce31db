"""What both agents work with in one process, put together once by the composition root."""

from collections.abc import Callable
from typing import NamedTuple

from schemas.codec import Codec
from streams.core.law import LawBook
from streams.messages import Messages
from topics.catalogue import Catalogue


class Desk(NamedTuple):
    codec: Codec
    catalogue: Catalogue
    prefix: str  # before every topic name
    partitions: int  # of ``accepted`` and of all inputs of the agents
    chunk: int  # subjects that a tick or law event moves per transaction at most
    messages: Messages
    law: Callable[[str], LawBook]  # by digest; raises UnknownLaw
