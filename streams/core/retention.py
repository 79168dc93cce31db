"""保存期限: when nothing about a subject is needed any more, and everything about it is erased (docs/adr/0016).

The only period the texts read set for keeping a record at all is that of 条例 38: five years from the end of the
conduct, after which it may not be shown, queried or used; PIPL 19 and 47 ask for the shortest time, and for deletion.
So a subject is erased when every entry is over, nothing stands, and those five years and a grace are over for
each entry too. Until then a document sent again is known again and raises nothing.
"""

from datetime import date

from streams.core.decisions import Entry, ObligationState
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.core.terms import DISCLOSURE_YEARS, add_days, add_years

ALL_CLOCKS_OVER = "all_clocks_over"
GRACE_DAYS = 30  # after the last clock and the last word about the subject; as long as a record waits for its target
_CLOSED = (ObligationState.LIFTED, ObligationState.REFUSED, ObligationState.NOT_APPLICABLE)


def kept_until(law: LawBook, entry: Entry) -> date | None:
    """The day on which the longest clock of ``entry`` ends; None while it is live."""
    if entry.ended_on is None:
        return None
    item = law.items.get(entry.determination.item)
    if item is not None and item.info_class != "negative":
        return entry.ended_on
    document = entry.determination
    counted = document.conduct_end or document.document_date
    return entry.ended_on if counted is None else max(entry.ended_on, add_years(counted, DISCLOSURE_YEARS))


def _needed(standing: Standing) -> bool:
    """Whether anything is shown, is disputed or consented to, or belongs to a department."""
    return bool(
        standing.publications
        or standing.bureau
        or standing.rewards
        or standing.orders
        or any(case.pending for held in standing.cases.values() for case in held)
        or any(one.withdrawn_on is None for one in standing.consents)
    )


def over_on(law: LawBook, standing: Standing) -> date | None:
    """The day whose tick erases the subject; None while anything is live, or nothing is known of it.

    A consent lasts until the person takes it back, and an order of supervision is about a department. What was only
    held (a name alone, a document that lacks its date) is kept no longer than a record would be, and puts off nothing
    but by a day where it came on that day: whoever keeps rows erases what is of a day before (docs/adr/0016).
    What waits for its target outlives the erasure, for it may end what comes (docs/adr/0021).
    """
    if standing.last_day is None or not law.publicity or _needed(standing):
        return None  # a book of before knows no rows of publicity: what was decided under it is read as it was decided
    days = [standing.last_day]
    for entry in standing.entries.values():
        until = kept_until(law, entry)
        if until is None:
            return None
        days.append(until)
    if any(one.state not in _CLOSED for held in standing.obligations.values() for one in held):
        return None
    if not standing.entries:
        days.append(add_years(standing.last_day, DISCLOSURE_YEARS))
    over, held_on = add_days(max(days), GRACE_DAYS + 1), standing.held_on
    if held_on is None or held_on < over:
        return over
    return min(add_days(held_on, 1), add_days(over, GRACE_DAYS))  # however much of it comes, no longer than that
