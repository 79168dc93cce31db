"""The documents that the auditor's histories are about."""

import datetime
from typing import Any

import msgspec

from streams.core.events import Determination

DIGEST = "0" * 64


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def listing(document_no: str = "鲁01执1号", ground: str = "2", **changes: Any) -> Determination:
    plain = Determination(
        item="COURT_DEFAULTER_LISTING",
        body="SD-COURT",
        document_no=document_no,
        document_date=day("2019-01-08"),
        effect_date=day("2019-01-10"),
        conduct_end=None,
        document_digest=DIGEST,
        basis="J-LIST",
        ground=ground,
        prior_notice=True,
        hearing=True,
    )
    return msgspec.structs.replace(plain, **changes)


def honour(document_no: str = "鲁志1号", **changes: Any) -> Determination:
    """A volunteer with a good record (山东省志愿服务条例 36, 37)."""
    item = {"item": "VOLUNTEER_GOOD_RECORD", "body": "SD-CIVIL-AFFAIRS", "basis": "R-SD-VOLUNTEER", "ground": None}
    dates = {"document_date": day("2023-01-09"), "effect_date": day("2023-01-09")}
    return listing(document_no, **{**item, **dates, **changes})


def tax_case(document_no: str = "鲁税1号", **changes: Any) -> Determination:
    """A serious tax case: on a list, and shown to the public by no row that is active."""
    item = {"item": "TAX_SERIOUS_CASE", "body": "SD-TAX", "basis": "O-TAX-54", "ground": "evasion"}
    dates = {"document_date": day("2026-11-01"), "effect_date": day("2026-11-01")}
    return listing(document_no, **{**item, **dates, **changes})


def order(document_no: str = "鲁01执2号", **changes: Any) -> Determination:
    item = {"item": "COURT_CONSUMPTION_ORDER", "basis": "J-CONSUMPTION", "ground": None}
    return listing(document_no, **{**item, **changes})
