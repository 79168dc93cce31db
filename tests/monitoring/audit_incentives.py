"""A history of honours, consents and partners for the auditor's tests."""

from dataclasses import dataclass, field
from datetime import date

from audit_history import PERSON, Fields, History, wire
from audit_papers import DIGEST, day, honour, listing, tax_case

from monitoring.auditor import feed
from monitoring.auditor.view import View
from streams.core.decisions import Decision, Outcome
from streams.core.disclosed import Move
from streams.core.events import Consent, ConsentStep, Determination, EventKind, SubjectKind

Told = dict[tuple[str, str], Fields | None]
LOAN = ("partner_loan", "XINYI_LOAN")


@dataclass
class Honoured(History):
    """``partners``: by reader and key, the last word on each place, as the partner's topic holds it."""

    today: date = date(2023, 1, 12)
    partners: Told = field(default_factory=dict)

    def honoured(self, content: Determination | None = None, who: SubjectKind = SubjectKind.PERSON) -> Outcome:
        return self._record(
            EventKind.DETERMINATION,
            PERSON,
            who,
            channel="civil_affairs",
            name="1" * 32,
            determination=content or honour(),
        )

    def taxed(self) -> Outcome:
        """On the tax authority's list of serious cases."""
        paper = tax_case()
        name = "1" * 32
        return self._record(
            EventKind.DETERMINATION, PERSON, SubjectKind.PERSON, channel="tax", name=name, determination=paper
        )

    def lost(self) -> Outcome:
        """The honour is taken back."""
        ending = self.ending_of(honour(), "recognition_withdrawn")
        return self._record(EventKind.ENDING, PERSON, SubjectKind.PERSON, channel="civil_affairs", ending=ending)

    def listed(self) -> Outcome:
        """On the court's list of the untrustworthy."""
        return self.determination(listing(document_date=day("2023-01-09"), effect_date=day("2023-01-09")))

    def consent(
        self,
        step: ConsentStep,
        recipient: str = LOAN[0],
        purpose: str = LOAN[1],
        on: date | None = None,
        name: str = "",
    ) -> Outcome:
        said = Consent(step, recipient, purpose, on or self.today, DIGEST)
        return self._record(EventKind.CONSENT, PERSON, SubjectKind.PERSON, channel="credit", name=name, consent=said)

    def tell(self, decision: Decision) -> None:
        super().tell(decision)
        for one in () if decision.moves is None else decision.moves.rewards:
            if one.reward.partner is None:
                continue
            stands = one.move is not Move.ENDED
            told = {
                "reward_id": one.reward.reward_id,
                "version": one.reward.version,
                "state": "granted" if stands else "withdrawn",
                "offer": one.reward.offer,
                "partner": one.reward.partner,
                "reason": one.reason if stands else "place_withdrawn",
                "case_ref": "c" * 40 if stands else None,
                "ground": one.reward.ground if stands else None,
                "since": one.reward.since if stands else None,
                "decision_id": decision.decision_id,
                "day": decision.decided_on,
                "law_digest": decision.law_digest,
            }
            self.partners[one.reward.partner, one.reward.reward_id] = wire("PartnerPlace", told)

    def view(self) -> View:
        view = super().view()
        for (reader, key), value in self.partners.items():
            feed.partner(view, reader, key, value)
        return view
