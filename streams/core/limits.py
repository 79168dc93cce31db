"""How much one subject's standing may hold, so that no sender can make it outgrow a changelog record (8 MB).

Filled to every bound at once, with the longest numbers that intake lets pass, a standing takes under 7.4 MB. What ends
an entry, or puts it in doubt first, decides a case, takes a consent back, settles an order, and what officers answer
always passes: all are bounded by what there is.
"""

from streams.core.standing import Standing

ENTRIES = 300
OBLIGATIONS = 3_600
WAITING = 100  # records that wait for their target, with those that waited in vain
RECORDS = 4_000  # digests of records seen
OVERFLOW = "SUBJECT_OVERFLOW"


def entries_full(standing: Standing) -> bool:
    """Whether a further determination has no room."""
    return len(standing.entries) >= ENTRIES or records_full(standing)


def records_full(standing: Standing) -> bool:
    """Whether a further record that changes an entry, or is kept only to know it again, has no room."""
    obligations = sum(map(len, standing.obligations.values()))
    return len(standing.seen) >= RECORDS or obligations >= OBLIGATIONS


def waiting_full(standing: Standing) -> bool:
    """Whether no further record may wait for its target."""
    return len(standing.waiting) + len(standing.given_up) >= WAITING
