"""One document on its way through a story: who it is about, what it says, and what is reported of it when."""

from datetime import date
from typing import Any

from streams.core.events import CaseStep, Correction, Determination, Ending, PersonCase, Target
from streams.core.events import Matter as About
from streams.sample import papers
from streams.sample.cast import Party
from streams.sample.desk import Desk, Draft, Gap, Want
from streams.sample.fates import ACCEPTED, Fate
from streams.sample.lives import alive_until
from streams.sample.matters import Matter
from streams.sample.papers import Office

Content = Determination | Ending | Correction | PersonCase
# What a body states to have found when it grants a repair, field by field.
CONDITIONS = ("minimum_reached", "wrong_corrected", "duties_done", "public_promise")


class Case:
    """A party and a paper. What it sends goes through the channel of the paper's body."""

    def __init__(self, desk: Desk, matter: Matter, party: Party, paper: Determination) -> None:
        self.desk = desk
        self.matter = matter
        self.party = party
        self.paper = paper
        self.body = desk.law.bodies[paper.body]

    @property
    def about(self) -> str:
        """What the notes call it."""
        ground = "" if self.matter.ground is None else f"/{self.matter.ground.code}"
        return f"{self.paper.item}{ground}"

    def report(
        self, day: int, fate: Fate = ACCEPTED, note: str = "reported", paper: Determination | None = None
    ) -> Draft:
        """The document itself, or ``paper`` in its place."""
        return self._send(day, paper or self.paper, fate, note)

    def end(self, day: int, reason: str | None = None, fate: Fate = ACCEPTED, note: str = "ended") -> Ending:
        """What ends it, for ``reason`` or one that takes effect."""
        reason = reason or self.reason()
        if fate is ACCEPTED:
            assert self.desk.day(day) < alive_until(self.matter.item, self.paper), f"{self.about} may be over"
        ended = self.ending(day, reason)
        self._send(day, ended, fate, f"{note} by {reason}")
        return ended

    def correct(self, day: int, fixed: Determination, fate: Fate = ACCEPTED, note: str = "corrected") -> Correction:
        made = papers.correction(self.office(day), self.paper, fixed)
        self._send(day, made, fate, note)
        return made

    def step(
        self,
        day: int,
        about: About,
        step: CaseStep,
        fate: Fate = ACCEPTED,
        *,
        number: str | None = None,
        note: str = "",
        **fields: Any,
    ) -> str:
        """A step of a person's case about the document; returns the number of the case."""
        said = self.said(day, about, step, number, **fields)
        self._send(day, said, fate, f"{about.value} {step.value} {note}".strip())
        return said.case_no

    def said(self, day: int, about: About, step: CaseStep, number: str | None = None, **fields: Any) -> PersonCase:
        """The step as its body reports it: what takes effect has a document, a repair granted its conditions met."""
        upheld = step is CaseStep.UPHELD
        met = upheld and about is About.REPAIR
        case_no = number or f"案测{self.desk.number()}号"
        return PersonCase(
            **{
                "target": Target(self.paper.document_no, self.paper.item),
                "matter": about,
                "step": step,
                "case_no": case_no,
                "day": self.desk.day(day),
                **dict.fromkeys(CONDITIONS, met),
                "document_no": f"{case_no}决" if upheld else None,
                "document_digest": papers.digest(case_no) if upheld else None,
                **fields,
            }
        )

    def again(self, day: int, content: Content, fate: Fate, note: str) -> Draft:
        """Something reported before, under a new event id."""
        return self._send(day, content, fate, note)

    def ending(self, day: int, reason: str) -> Ending:
        desk = self.desk
        with_document = desk.law.endings[reason].needs_document or desk.dice.chance(50)
        return papers.ending(self.office(day), self.paper, reason, with_document=with_document)

    def office(self, day: int) -> Office:
        """Its body, about to write another document."""
        return Office(self.body, self.desk.number(), self.desk.day(day), self.desk.dice)

    def amended(self) -> Determination:
        """What the paper should have said."""
        return papers.amended(self.desk.dice, self.matter, self.paper)

    def reason(self) -> str:
        """What fulfils a duty ends most records; what undoes the document ends few."""
        reasons = self.matter.reasons(self.desk.law)
        return self.desk.dice.weighted({reason: 12 if "performed" in reason else 2 for reason in reasons})

    def _send(self, day: int, content: Content, fate: Fate, note: str) -> Draft:
        return self.desk.send(day, self.party, content, fate, f"{self.about} {note}", channel=self.body.channel)


def opened(
    desk: Desk, want: Want, *gaps: Gap, until: date = date.max, late: int = 0, alive: bool = True, kind: str = ""
) -> tuple[Case, tuple[int, ...]]:
    """A case of a matter as the mix has it, for the first of its days. ``kind``: person or entity, if it matters."""
    matter, days = desk.matter(
        lambda one: want(one) and (not kind or kind in one.item.subjects), *gaps, until=until, late=late, alive=alive
    )
    return made(desk, matter, days[0], _party(desk, matter, kind), late=late), days


def another(desk: Desk, party: Party, day: int, want: Want = lambda matter: True) -> Case:
    """A further case of a person or unit, of another document, for the same day or a later one."""
    today = desk.day(day)
    matter, _ = desk.matter(lambda one: want(one) and party.kind in one.item.subjects, since=today, until=today)
    return made(desk, matter, day, party)


def made(
    desk: Desk,
    matter: Matter,
    day: int,
    party: Party,
    *,
    late: int = 0,
    role: str | None = None,
    entity_code: str | None = None,
) -> Case:
    """The case of ``party`` in ``matter``; a person is sometimes reached through a role in a unit."""
    dice = desk.dice
    if role is None and party.kind == "person" and matter.item.roles and dice.chance(desk.mix.through_a_role):
        role, entity_code = dice.one_of(matter.item.roles), desk.cast.unit().number
    body = desk.law.bodies[desk.body(matter.item)]
    office = Office(body, desk.number(), desk.day(day), dice)
    paper = papers.determination(office, matter, late=late, role=role, entity_code=entity_code)
    return Case(desk, matter, party, paper)


def of_item(code: str, ground: str | None = None) -> Want:
    """Wants one item, and one ground if it is named."""

    def want(matter: Matter) -> bool:
        return matter.item.code == code and (ground is None or _ground(matter) == ground)

    return want


def ends(desk: Desk) -> Want:
    """Wants what can be ended while it lives."""
    return lambda matter: bool(matter.reasons(desk.law))


def _ground(matter: Matter) -> str | None:
    return None if matter.ground is None else matter.ground.code


def _party(desk: Desk, matter: Matter, kind: str) -> Party:
    kinds = {one: desk.mix.subjects[one] for one in matter.item.subjects}
    return desk.cast.person() if (kind or desk.dice.weighted(kinds)) == "person" else desk.cast.unit()
