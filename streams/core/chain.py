"""A document of a capped group may come late, and an earlier one shortens those that follow it in its chain: the cap
holds whatever the order of arrival. Nothing lengthens a term again (docs/adr/0010)."""

from datetime import date

from msgspec.structs import replace

from streams.core.caps import CAP_REACHED, capped_stop
from streams.core.correction import reterm
from streams.core.decisions import DecisionKind, Entry
from streams.core.docket import Docket
from streams.core.ending import expire


def hold_caps(docket: Docket) -> None:
    """One decision for each live entry that its cap, as now known, ends earlier than told."""
    for entry in tuple(docket.standing.entries.values()):
        item = docket.law.items.get(entry.determination.item)
        if entry.ended_on is None and item is not None and item.cap is not None:
            _hold(docket, entry)


def _hold(docket: Docket, entry: Entry) -> None:
    others = (one for one in docket.standing.entries.values() if one.key != entry.key)
    stop = capped_stop(docket.law, entry.determination, others)
    if stop is None or stop.reason != CAP_REACHED or stop.last_day >= (entry.ends_on or date.max):
        return
    new = replace(entry, ends_on=stop.last_day)
    docket.add(
        DecisionKind.LAW_APPLIED,
        code=CAP_REACHED,
        key=entry.key,
        entry=new,
        changed=reterm(docket.standing.obligations.get(entry.key, ()), docket.law.rules, new.ends_on),
        reasons=(CAP_REACHED,),
    )
    if stop.last_day < docket.today:
        expire(docket, new)
