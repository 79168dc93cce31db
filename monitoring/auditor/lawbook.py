"""What the invariants need of one law book, whether it was read from the files or from a published book."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

SELF = "self"
GRADES_AFTER_CUT_OVER = frozenset({"law", "regulation", "central_policy"})
VERIFIED = frozenset({"verified", "verified_number_unverified"})


@dataclass(frozen=True)
class Rule:
    rule_id: str
    clause: str
    measure: str
    items: tuple[str, ...]
    subjects: tuple[str, ...]
    roles: tuple[str, ...]
    executor: str | None
    executor_source: str
    basis: tuple[str, ...]
    date_basis: str
    in_force_from: date | None
    in_force_to: date | None
    reach: str
    incentive: bool
    active: bool
    grounds: tuple[str, ...] = ()  # () = every ground of the item
    executor_body: str | None = None

    def in_force(self, day: date) -> bool:
        return (self.in_force_from or day) <= day <= (self.in_force_to or day)


@dataclass(frozen=True)
class Ground:
    """One case within an item. At most one form of term: years, months and days; ``stated_months``; ``life``."""

    term_years: int | None = None
    extra_years_max: int = 0
    term_months: int = 0
    term_days: int = 0
    counts_from: str = "effect"  # effect | document | conduct
    life: bool = False
    stated_months: tuple[int, int] | None = None  # the document states the last day: least and most months

    @property
    def fixed(self) -> bool:
        return self.term_years is not None or bool(self.term_months or self.term_days)


@dataclass(frozen=True)
class Cap:
    """Consecutive terms of ``group`` end at the latest ``years`` after the first of them began."""

    group: str
    years: int


@dataclass(frozen=True)
class Item:
    code: str
    info_class: str
    subjects: tuple[str, ...]
    roles: tuple[str, ...]
    list_decision: bool
    minors_refused: bool
    prior_notice_required: bool
    record_only: frozenset[str]
    grounds: dict[str, Ground]
    providers: tuple[str, ...]  # sectors
    levels: tuple[str, ...]
    instruments: tuple[str, ...]  # on which a document may rest
    statutory_term: bool
    minor: bool
    cap: Cap | None
    continuing: bool
    conduct_end_required: bool
    stands_until: date | None

    def ground(self, code: str | None) -> Ground | None:
        return self.grounds.get(code or "")


@dataclass(frozen=True)
class Scale:
    key: str
    in_force_from: date | None
    in_force_to: date | None
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Instrument:
    grade: str
    mark: str


@dataclass(frozen=True)
class Publicity:
    """A State rule that lets a natural person appear in public."""

    list: str  # exposure | honours
    items: tuple[str, ...]
    in_force_from: date | None
    in_force_to: date | None
    active: bool

    def in_force(self, day: date) -> bool:
        return (self.in_force_from or day) <= day <= (self.in_force_to or day)


@dataclass(frozen=True)
class Offer:
    """The red list, or an offer of a partner to whoever is on it."""

    partner: str | None  # who is told; None = nobody outside
    items: tuple[str, ...]  # honours that give a place; () = a place on the red list does
    instrument: str
    in_force_from: date
    in_force_to: date | None

    def in_force(self, day: date) -> bool:
        return self.in_force_from <= day <= (self.in_force_to or day)


@dataclass(frozen=True)
class Body:
    channel: str
    sector: str
    level: str


@dataclass(frozen=True)
class Law:
    """What the invariants need of one law book. ``words``: every reason, ending, refusal and record code it knows."""

    cut_over: date
    rules: dict[str, Rule]
    items: dict[str, Item]
    scales: dict[str, Scale]
    instruments: dict[str, Instrument]
    bodies: dict[str, Body]
    words: frozenset[str]
    only_without_term: frozenset[str]  # ending reasons that do not help while a term runs (art. 10(4))
    annulling: frozenset[str]  # ending reasons by which a document falls from the start
    publicity: dict[str, Publicity]
    offers: dict[str, Offer]
    keys: frozenset[str] = frozenset()  # every key of a published book, for the search for a score

    @cached_property
    def rules_of(self) -> dict[str, frozenset[str]]:
        """Item -> ids of every rule that lists it."""
        return {
            item: frozenset(rule.rule_id for rule in self.rules.values() if item in rule.items) for item in self.items
        }

    @cached_property
    def honours(self) -> frozenset[str]:
        """Items whose live record gives a place on the red list."""
        return frozenset(item for offer in self.offers.values() for item in offer.items)

    def scale_on(self, day: date) -> Scale | None:
        for scale in self.scales.values():
            if (scale.in_force_from or day) <= day <= (scale.in_force_to or day):
                return scale
        return None

    def stands_alone(self, basis: tuple[str, ...]) -> bool:
        """Whether something other than a memorandum carries it: a verified law, regulation or central policy."""
        known = (self.instruments[code] for code in basis if code in self.instruments)
        return any(one.grade in GRADES_AFTER_CUT_OVER and one.mark in VERIFIED for one in known)
