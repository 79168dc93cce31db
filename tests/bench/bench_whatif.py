"""What a what-if costs, in processor time, on the sample's history: ``python -m tests.bench.bench_whatif [RECORDS]``.

Prints one JSON line: records a second of the pure core alone (decide, evolve, next due day, one law), and of whole
what-ifs (records decided again, records a second): bytes in, two laws, figures out.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streams.core.events import Accepted, EventKind
from streams.core.law import LawBook
from streams.engine import collector
from streams.oracle.replay import Replay
from streams.whatif.run import Answer, Asked
from streams.wire import from_avro
from tests.flow.flow_stand import BOOK, CODEC, amended
from tests.whatif.whatif_history import answer, sample_history

ROUNDS = 5
OFF: dict[str, Any] = {"active": False, "inactive_reason": "rule_inactive"}


def seconds(work: Callable[[], object]) -> float:
    """The least processor time of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def drafts() -> dict[str, LawBook]:
    """From what touches little to what touches everything."""
    seldom = next(
        key for key, rule in sorted(BOOK.rules.items()) if rule.active and rule.items == ("TAX_ARREARS_EXIT_STOP",)
    )
    return {
        "one rule of a rare item": amended(**{seldom: OFF}),
        "one rule of the commonest item": amended(**{"M-141.v1/10": OFF}),
        "every rule that ended with the cut-over": amended(
            **{key: {"in_force_to": None} for key, rule in BOOK.rules.items() if rule.in_force_to}
        ),
    }


def main() -> None:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as keys:
        clock, partitions = sample_history(Path(keys), records, 8)
    events = [
        [from_avro(CODEC.decode(message.value).value, Accepted) for message in messages] for messages in partitions
    ]
    number = sum(event.kind not in (EventKind.TICK, EventKind.LAW) for many in events for event in many)
    collector.settle()

    def core() -> None:
        for many in events:
            Replay(lambda digest: BOOK, lambda decision, standing, book: None).run(many)

    books = {BOOK.digest: BOOK}.__getitem__
    told: dict[str, Any] = {
        "records": number,
        "ticks": sum(map(len, events)) - number,
        "core_records_per_s": round(number / seconds(core)),
    }
    for name, draft in drafts().items():
        for everybody in (False, True):

            def whole(draft: LawBook = draft, everybody: bool = everybody) -> Answer:
                return answer(clock, partitions, books, Asked(draft), everybody)

            rate = round(number / seconds(whole))
            told[f"{name}{', everybody decided again' if everybody else ''}"] = (whole().redecided, rate)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
