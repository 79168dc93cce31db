"""A history, fed to a fresh auditor in the order its reader keeps."""

from functools import cache
from typing import TYPE_CHECKING

from monitoring.auditor import feed
from monitoring.auditor.lawfiles import read_files
from monitoring.auditor.view import View

if TYPE_CHECKING:
    from audit_history import History

law_files = cache(read_files)  # reading them takes longer than all the rest of a test


def fed(history: "History") -> View:
    view = View(law_files(history.law_dir))
    for book in history.books:
        feed.law_book(view, book["_key"], book)
    ends: dict[str, int] = {}
    for one in history.sources:
        ends[one["_topic"]] = max(ends.get(one["_topic"], 0), one["_offset"] + 1)
    for topic, end in ends.items():
        view.ledger.partition(topic, 0, 0, end)
    for one in history.sources:
        feed.source(view, one["_topic"], one["_partition"], one["_offset"], one["value"])
    for one in history.receipts:
        feed.receipt(view, one["_key"], one)
    for one in history.accepted:
        feed.accepted(view, one.get("_partition", 0), one)
    for one in history.decisions:
        feed.decision(view, one)
    for one in history.deltas:
        feed.delta(view, one["_family"], one["_channel"], one)
    for identifier, value in history.current.items():
        family = "rewards" if value["incentive"] else "sanctions"
        feed.current(view, value.get("_family", family), value.get("_channel", value["executor"]), identifier, value)
    for identifier, value in history.fed.items():
        feed.fed(view, identifier, value)
    return view
