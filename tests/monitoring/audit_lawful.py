"""A history in which everything is lawful, of listings, orders, answers, corrections and ends."""

from audit_history import ENTITY, NAME, History
from audit_papers import day, listing, order

from streams.core.events import FeedbackState, SubjectKind


def lawful() -> History:
    """Every kind of record and outcome once: listed, ordered, answered, corrected, ended, expired, refused."""
    history = History().start()
    history.determination(listing())
    history.determination(order())
    history.determination(listing("鲁01执5号", "1"))
    history.determination(listing("鲁01执6号"), ENTITY, SubjectKind.ENTITY)
    history.determination(listing("鲁01执7号"), NAME, SubjectKind.NAME_ONLY)
    history.determination(listing())
    history.determination(listing(ground="3"))
    history.rejected()
    history.ending(listing("鲁01执8号"))
    history.feedback("M-141.v1/3", FeedbackState.CONFIRMED)
    history.feedback("M-141.v1/10", FeedbackState.REFUSED, "subject_unknown_here")
    history.tick("2019-06-01")
    history.determination(listing("鲁01执8号"))
    history.correction(listing("鲁01执5号", "1"), listing("鲁01执9号", extra_years=1))
    history.ending(order(), "order_performed")
    history.feedback("CONSUMPTION-2015.v1/1-aviation", FeedbackState.LIFTED)
    history.tick("2020-12-07")
    history.tick("2021-01-11")
    history.determination(order("鲁01执10号", document_date=day("2021-01-08"), effect_date=day("2021-01-10")))
    return history
