"""What happens with each record read: it is checked alone, and what later checks need is remembered in the view.

Order matters and is the reader's duty: law books, source records, receipts, accepted, decisions, deltas, .current.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from monitoring.auditor import (
    admission,
    bureau,
    content,
    doubts,
    effects,
    explained,
    incentives,
    orders,
    person,
    raising,
    waiting,
)
from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.kept import SILENT
from monitoring.auditor.lawbook import Law
from monitoring.auditor.lawfiles import read_book
from monitoring.auditor.ledger import OUTCOMES, REFUSED
from monitoring.auditor.standings import fold_changed, fold_current, fold_delta, fold_entry, fold_erased, fold_raised
from monitoring.auditor.view import EndingFact, View, key_of, place
from monitoring.auditor.waiting import fold_waiting

Fields = dict[str, Any]


def law_book(view: View, key: str, value: Fields) -> None:
    law = read_book(value["canonical"])
    view.books[key] = law
    view.findings.check(Invariant.NO_SCORE, scores(f"law book {key}", law.keys), len(law.keys))
    wrong = value["digest"] != key
    view.findings.check(
        Invariant.LAW_PUBLISHED, [Finding(Invariant.LAW_PUBLISHED, key, value["digest"], "the key")] if wrong else []
    )


def source(view: View, topic: str, partition: int, offset: int, value: Fields | None) -> None:
    """A record of an input topic. ``value`` None = unreadable. Of a person who may be a minor the day of full age is
    remembered, and nothing else of anybody."""
    view.ledger.source(topic, partition, offset)
    young = admission.young(value)
    if young is not None:
        view.young[topic, partition, offset] = young


def receipt(view: View, key: str | None, value: Fields) -> None:
    topic, partition, offset = value["source_topic"], value["source_partition"], value["source_offset"]
    where = f"{topic}:{partition}:{offset}"
    known = view.ledger.receipt(topic, partition, offset, value["outcome"])
    wrong = []
    if not known or key != where:
        wrong.append(Finding(Invariant.ONE_SOURCE, where, f"receipt with key {key}", "a source record and its place"))
    if value["outcome"] not in OUTCOMES:
        wrong.append(Finding(Invariant.ONE_SOURCE, where, value["outcome"], f"one of {OUTCOMES}"))
    view.findings.check(Invariant.ONE_SOURCE, wrong)
    if value["outcome"] in REFUSED:
        code = value["faults"][0]["code"] if value["faults"] else value["outcome"]
        view.refused[value["receipt_id"]] = code


def accepted(view: View, partition: int, value: Fields) -> None:
    kind = value["kind"]
    if kind == "tick":
        view.last_ticks[partition] = value["tick"]["day"]
        return
    if kind == "law":
        change = (value["law"]["from_day"], value["law"]["digest"])
        if change not in view.activated:
            view.activated.append(change)
        return
    place_of_source = (value["source_topic"], value["source_partition"], value["source_offset"])
    where = ":".join(map(str, place_of_source))
    known = view.ledger.accepted(*place_of_source)
    wrong = [] if known else [Finding(Invariant.ACCEPTED_ONCE, where, "on accepted", "a source record")]
    view.findings.check(Invariant.ACCEPTED_ONCE, wrong)
    view.findings.check(Invariant.LAW_PUBLISHED, content.published(view, value, where))
    view.findings.check(Invariant.FILED, admission.filed(value, where))
    _remember(view, value)
    if admission.content_of(value) is not None:
        for invariant, check in (*admission.CHECKS, *content.CHECKS):
            view.findings.check(invariant, check(view, value, where))


def _remember(view: View, value: Fields) -> None:
    receipt_id = value["receipt_id"]
    content.remember(view, value)
    view.known_as.said(value["subject"], receipt_id, value["name_check"])
    if admission.lacking(value):
        view.incomplete.add(receipt_id)
    if value["kind"] == "correction" and any(admission.bars(view, value)):
        view.barring.add(receipt_id)
    if value["subject_kind"] == "name_only":
        view.names.add(receipt_id)
    if value["kind"] == "feedback":
        view.feedback[receipt_id] = (value["feedback"]["obligation_id"], value["feedback"]["state"])
    incentives.remember(view, value)
    doubts.remember(view, value)
    if value["kind"] == "ending":
        _ends(view, value, value["ending"]["target"], value["ending"]["reason"])
    if value["kind"] == "case" and value["case"]["step"] == "upheld" and value["case"]["matter"] in person.DISPUTES:
        _ends(view, value, value["case"]["target"], f"{value['case']['matter']}_upheld")


def _ends(view: View, value: Fields, target: Fields, reason: str) -> None:
    where = place(value["subject"], key_of(value["channel"], target))
    view.endings.append(EndingFact(where, reason, value["receipt_id"], value["intake_day"]))


def decision(view: View, value: Fields) -> None:
    findings, law = view.findings, view.law_of(value["law_digest"])
    findings.check(Invariant.LAW_PUBLISHED, explained.published(value, view))
    findings.check(Invariant.EXPLAINED, explained.explained(value, law))
    for invariant, allowed in (*effects.CHECKS, *waiting.CHECKS):
        findings.check(invariant, allowed(view, value))
    if value["kind"] in explained.CONTENT:
        findings.check(Invariant.SAME_CONTENT, content.same(view, value))
    if value["entry"] is not None:
        for invariant, about_entry, kinds in explained.CHECKS:
            if not kinds or value["kind"] in kinds:
                findings.check(invariant, about_entry(view, value, law))
    if value["kind"] == "recorded":
        view.known_as.recorded(value["subject"], view.known_as.of(value["subject"], value["cause"]["receipt_id"]))
    if value["raised"]:
        raised = list(_raised(view, value, law))
        for invariant, check in raising.CHECKS:
            findings.check(invariant, (wrong for one in raised for wrong in check(one)), len(raised))
    if value["kind"] not in SILENT:
        view.last_word[value["subject"]] = value["decided_on"]
    else:
        view.last_held[value["subject"]] = max(value["decided_on"], view.last_held.get(value["subject"], date.min))
    if value["kind"] == "erased":
        findings.check(Invariant.ERASED, fold_erased(view, value))
    findings.check(Invariant.DOUBTED, doubts.raises_nothing(view, value), bool(value["raised"]))
    fold_waiting(view, value)
    entry = fold_entry(view, value, law)
    findings.check(Invariant.DOUBTED, doubts.fold_doubt(view, value, entry), value["kind"] == "held")
    findings.check(Invariant.OVERDUE, person.fold_case(view, value, entry), value["case"] is not None)
    findings.check(Invariant.TOLD, person.told_of_the_record(view, value), value["kind"] == "recorded")
    orders.fold_order(view, value)
    findings.check(Invariant.OVERDUE, person.fold_overdue(view, value), value["kind"] == "overdue")
    moves = value["moves"] or {"publications": (), "bureau": (), "rewards": ()}
    findings.check(Invariant.PARTNER, incentives.fold_consent(view, value), value["consent"] is not None)
    findings.check(Invariant.PUBLIC_BY_RULE, person.fold_moves(view, value, law), len(moves["publications"]))
    findings.check(Invariant.BUREAU_NOTICE, bureau.fold_notices(view, value), len(moves["bureau"]))
    findings.check(Invariant.BUREAU_GROUND, bureau.fold_records(view, value, law), len(moves["bureau"]))
    findings.check(Invariant.RED_LIST, incentives.fold_places(view, value, law), len(moves["rewards"]))
    findings.check(Invariant.VERSIONS, fold_raised(view, value, entry), len(value["raised"]))
    findings.check(Invariant.TRANSITIONS, fold_changed(view, value), len(value["changed"]))
    findings.check(Invariant.OFFICER_ONLY, (), len(value["changed"]))


def _raised(view: View, value: Fields, law: Law) -> Iterator[raising.Raised]:
    """What can be judged; an unknown rule is reported where the decision has to explain itself."""
    for obligation in value["raised"]:
        rule, entry = law.rules.get(obligation["rule"]), value["entry"]
        if entry is None:
            where = f"obligation {obligation['obligation_id']}, decision {value['decision_id']}"
            finding = Finding(Invariant.EXPLAINED, where, "no entry", "the entry it is raised for")
            view.findings.check(Invariant.EXPLAINED, [finding])
        elif rule is not None:
            yield raising.Raised(obligation, value, entry, law, rule, view)


def delta(view: View, family: str, channel: str | None, value: Fields) -> None:
    view.findings.check(Invariant.VERSIONS, fold_delta(view, family, channel, value))


def current(view: View, family: str, channel: str | None, key: str, value: Fields | None) -> None:
    """One record of a ``.current`` topic; ``family`` without the ending."""
    view.findings.check(Invariant.CURRENT, fold_current(view, (family, channel), key, value), 0)


def partner(view: View, reader: str | None, key: str, value: Fields | None) -> None:
    """One record of the topic that the partner ``reader`` may read."""
    view.findings.check(Invariant.PARTNERS_TOLD, incentives.fold_partner(view, (reader, key), value))


def fed(view: View, key: str, value: Fields | None) -> None:
    """One record of the feed to the credit bureaux."""
    view.findings.check(Invariant.BUREAU_TOLD, bureau.fold_fed(view, key, value))


def order(view: View, reader: str | None, key: str, value: Fields | None) -> None:
    """One record of the topic that the department ``reader`` may read."""
    view.findings.check(Invariant.ORDERS_TOLD, orders.fold_told(view, reader, key, value))


def scores(where: str, names: frozenset[str] | set[str]) -> Iterator[Finding]:
    """Names that speak of a score (design rule 1)."""
    for name in sorted(names):
        if "score" in name.lower() or "评分" in name:
            yield Finding(Invariant.NO_SCORE, where, name, "no score of a person, ever")
