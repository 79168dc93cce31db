"""The three ways a task can fail, and what each means for it."""

import asyncio

from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    GroupAuthorizationFailedError,
    InvalidProducerEpoch,
    KafkaError,
    MessageSizeTooLargeError,
    ProducerFenced,
    RecordListTooLargeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnsupportedCodecError,
)

# Kafka says no and will say no again: waiting cannot help, the process stops with the message.
PERMANENT = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    GroupAuthorizationFailedError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnsupportedCodecError,
)

# What aiokafka asserts where a broker that is only coming up has told it of none: the next client asks again.
_NO_BROKER = "Did we not perform bootstrap?"


class EngineError(Exception):
    """Something an operator must cure; the message says how. The process stops."""


class SplitAssignment(EngineError):
    """The group gave this worker a partition number of some of an agent's topics and not of the others."""


class IndefiniteError(Exception):
    """A transactional request was sent and its answer was lost: it may still arrive and take effect.

    Not a KafkaError on purpose: aiokafka retries those inside the same producer epoch, and a request that was only
    delayed could then act on a LATER transaction. This one ends the producer; the task starts a new one.
    """


def is_fenced(error: BaseException) -> bool:
    """Another producer with our transactional id is alive (or the broker timed our transaction out)."""
    return isinstance(error, ProducerFenced | InvalidProducerEpoch)


def is_passing(error: BaseException) -> bool:
    """Kafka may answer again later. Everything else is a bug or needs an operator.

    A cancellation that nobody asked for is aiokafka's: one of its own that it let out.

    >>> is_passing(asyncio.TimeoutError()), is_passing(asyncio.CancelledError()), is_passing(KeyError("k"))
    (True, True, False)
    """
    if isinstance(error, PERMANENT):
        return False
    if isinstance(error, AssertionError):
        return str(error) == _NO_BROKER
    return isinstance(error, KafkaError | IndefiniteError | asyncio.TimeoutError | asyncio.CancelledError | OSError)
