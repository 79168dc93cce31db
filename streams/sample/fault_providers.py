"""What bodies get wrong that the law book knows of each item: who may report it, from which level, with which term.

These stories look for an item of the book that asks for it. ``cannot`` names the codes for which the book has none.
"""

from collections.abc import Iterator
from datetime import timedelta

from streams.core.law import Body, LawBook
from streams.sample.case import of_item, opened
from streams.sample.desk import Desk, changed
from streams.sample.fates import rejected
from streams.sample.faults import sound
from streams.sample.matters import Matter
from streams.sample.stories import Story


def unlisted_items(desk: Desk) -> None:
    """Every channel once: what is not in the catalogue is not collected, whoever sends it."""
    for channel in desk.catalogue.channels:
        body = next(body for body in desk.law.bodies.values() if body.channel == channel)
        case, day = sound(desk)
        paper = changed(case.paper, item=f"{body.sector.upper()}_PENALTY", body=body.code)
        note = "an item that is not in the catalogue"
        desk.send(day, desk.cast.person(), paper, rejected("ITEM_UNKNOWN"), note, channel=channel)


def other_providers(desk: Desk) -> None:
    """A court's record from a body that is no court, and the ending of one through a channel without courts."""
    code = rejected("PROVIDER_NOT_LISTED")
    for channel in ("police", "market"):
        body = next(body for body in desk.law.bodies.values() if body.channel == channel)
        case, day = sound(desk)
        paper = changed(case.paper, body=body.code)
        desk.send(day, desk.cast.person(), paper, code, "a court's record of another body", channel=channel)
        ended = case.ending(day, "revoked")
        note = "an ending of a court's record on another channel"
        desk.send(day, desk.cast.person(), ended, code, note, channel=channel)


def other_levels(desk: Desk) -> None:
    """A body of the right line of work, but of a level that may not decide such a thing."""
    wrong = list(_of_another_level(desk.law))
    if not wrong:
        return
    code, body = desk.dice.one_of(wrong)
    case, (day,) = opened(desk, of_item(code))
    paper = changed(case.paper, body=body.code)
    note = f"{code} from the level {body.level}"
    desk.send(day, case.party, paper, rejected("LEVEL_NOT_ALLOWED"), note, channel=body.channel)


def last_days(desk: Desk) -> None:
    """The document must state its last day, within what the law leaves to it."""
    if not any(map(_states_its_end, desk.matters.all)):
        return
    for code, note in (
        ("VALID_UNTIL_MISSING", "no last day"),
        ("VALID_UNTIL_OUTSIDE", "a last day too early"),
        ("VALID_UNTIL_OUTSIDE", "a last day too late"),
    ):
        case, (day,) = opened(desk, _states_its_end)
        stated, ground = case.paper.valid_until, case.matter.ground
        assert stated is not None and ground is not None and ground.stated_months is not None
        least, most = ground.stated_months
        early = stated - timedelta(days=31 * (most - least + 1))
        late = stated + timedelta(days=31 * (most - least + 1))
        wrong = {"no last day": None, "a last day too early": early, "a last day too late": late}[note]
        case.report(day, rejected(code), note, changed(case.paper, valid_until=wrong))


def conducts_without_end(desk: Desk) -> None:
    if any(map(_needs_conduct_end, desk.matters.all)):
        case, (day,) = opened(desk, _needs_conduct_end)
        paper = changed(case.paper, conduct_end=None)
        case.report(day, rejected("CONDUCT_END_MISSING"), "the day the conduct ended is missing", paper)


def cannot(law: LawBook) -> set[str]:
    """Codes that no record can lead to, because no item of ``law`` asks for what they miss."""
    grounds = [ground for item in law.items.values() for ground in item.grounds.values()]
    there: dict[str, bool] = {
        "LEVEL_NOT_ALLOWED": any(True for _ in _of_another_level(law)),
        "VALID_UNTIL_MISSING": any(ground.stated_months is not None for ground in grounds),
        "CONDUCT_END_MISSING": any(_counted(ground.counts_from, ground.stated_months) for ground in grounds)
        or any(item.conduct_end_required for item in law.items.values()),
    }
    return {code for code, possible in there.items() if not possible}


def _of_another_level(law: LawBook) -> Iterator[tuple[str, Body]]:
    for item in law.items.values():
        for body in law.bodies.values():
            if body.sector in item.providers and body.level not in item.levels:
                yield item.code, body


def _states_its_end(matter: Matter) -> bool:
    return matter.ground is not None and matter.ground.stated_months is not None


def _needs_conduct_end(matter: Matter) -> bool:
    if matter.item.conduct_end_required:
        return True
    return matter.ground is not None and _counted(matter.ground.counts_from, matter.ground.stated_months)


def _counted(counts_from: str, stated: tuple[int, int] | None) -> bool:
    """With a stated last day that would be missed as well, and it is not this story's business which code leads."""
    return counts_from == "conduct" and stated is None


PROVIDERS: tuple[Story, ...] = (other_providers, other_levels, last_days, conducts_without_end)
