"""The law as an argument: frozen values the core decides with. Loaded by ``streams.law``, never read from disk here."""

from datetime import date
from typing import Literal

from msgspec import Struct


class Instrument(Struct, frozen=True):
    """One legal document. An unverified number is None, never guessed."""

    code: str  # e.g. "F-49", "C-17"
    number: str | None
    title: str
    issuer: str
    issued: date | None
    in_force_from: date | None
    in_force_to: date | None
    mark: str  # verified | verified_number_unverified | unverified
    source: str
    checked: date
    basis_grade: Literal[
        "law",
        "regulation",
        "central_policy",
        "judicial_interpretation",
        "memorandum",
        "ministry_rule",
        "policy",
    ]


class Item(Struct, frozen=True):
    """One row of the data catalogue (数据清单, 条例 10)."""

    code: str
    name: str
    field: str | None  # one of the 11 key fields; None for an item of a key group outside them
    conduct: str | None  # one of the 4 kinds of conduct
    groups: tuple[str, ...]  # of the 12 key groups
    info_class: Literal["negative", "other", "basic"]
    subjects: tuple[str, ...]  # person, entity
    providers: tuple[str, ...]  # sectors whose bodies may report it, through whatever channel they have
    levels: tuple[str, ...]  # levels of the issuing body: national, province, city, county
    instruments: tuple[str, ...]  # bases a document of this item may name
    grounds: dict[str, "Ground"]  # closed; empty = the item has no grounds
    list_decision: bool  # an official serious-list decision
    roles: tuple[str, ...] = ()  # roles through which an entity's document reaches a person
    endings: tuple[str, ...] = ()  # ending reasons that can end it
    record_only: dict[str, str] = {}  # subject kind -> reason code why it raises nothing
    disclosure: str = "authorised_query"
    minors_refused: bool = True
    prior_notice_required: bool = True
    clause: str = ""  # citation of the row
    in_force_from: date | None = None
    in_force_to: date | None = None
    statutory_term: bool = False  # a law sets its own period: 条例 38 does not cut it (docs/adr/0009)
    minor: bool = False  # a warning or criticism by ordinary procedure
    cap: "Cap | None" = None  # how long consecutive terms may run together (docs/adr/0010)
    term_ending: str = "own_term_ended"  # reason code by which the end of its own term is told
    continuing: bool = False  # the conduct lasts until a duty is done: only a stated end begins the five years
    conduct_end_required: bool = False  # a sentence: who was under age then cannot be seen from the document's date
    stands_until: date | None = None  # last day on which the law lets such a record stand, whatever its term


class Cap(Struct, frozen=True):
    """Consecutive terms of the items of ``group`` end at the latest ``years`` after the first of them began."""

    group: str
    years: int


class Ground(Struct, frozen=True):
    """One case within an item, with its term. At most one form: a fixed term (years, months, days), ``stated_months``,
    ``life``; none of them = no term of its own."""

    code: str
    name: str
    clause: str
    term_years: int | None = None
    extra_years_max: int = 0  # whole years that the document may add to a term in years
    term_months: int = 0
    term_days: int = 0
    counts_from: Literal["effect", "document", "conduct"] = "effect"
    life: bool = False  # for ever
    stated_months: tuple[int, int] | None = (
        None  # the document states its last day, so many months later at least, most
    )

    @property
    def fixed_term(self) -> bool:
        """Whether the law itself says how long."""
        return self.term_years is not None or self.term_months > 0 or self.term_days > 0

    @property
    def own_term(self) -> bool:
        """Whether law or document says how long, be it for ever."""
        return self.fixed_term or self.life or self.stated_months is not None


class EndingReason(Struct, frozen=True):
    code: str
    name: str
    clause: str
    instrument: str
    only_without_term: bool = False  # art. 10(4): does not help where a term runs
    needs_document: bool = True
    annuls: bool = False  # the document falls from the start: its term never counted
    delete_working_days: int | None = None  # until when the provider deletes and executors prove the lifting


class Measure(Struct, frozen=True):
    """Closed vocabulary of legal effects."""

    code: str
    name: str
    definition: str
    binding: bool
    statute: str | None  # instrument code
    in_national_list: Literal["yes", "no", "unverified"]


class Rule(Struct, frozen=True):
    """One measure row of one memorandum version for one executing department."""

    rule_id: str
    memorandum: str
    version: int
    no: str
    clause: str
    measure: str
    items: tuple[str, ...]
    subjects: tuple[str, ...]  # person, entity
    roles: tuple[
        str, ...
    ]  # () = the subject himself; else reached only through these roles or as himself when "self" is listed
    executor: str | None  # channel; None = no executor known
    executor_body: str | None
    executor_source: Literal["text", "project_mapping", "none"]
    basis: tuple[str, ...]
    date_basis: Literal["conduct", "document", "effect"]
    in_force_from: date | None
    in_force_to: date | None  # last day, inclusive
    reach: Literal["new_documents", "standing_cases"]
    incentive: bool
    active: bool
    inactive_reason: str | None
    mark: str
    remit: str | None = None  # what a project mapping rests on
    grounds: tuple[str, ...] = ()  # () = every ground of its items


class Scale(Struct, frozen=True):
    """One version of the severity scale."""

    key: str
    instrument: str
    in_force_from: date | None
    in_force_to: date | None
    levels: tuple[str, ...]
    rules: tuple["ScaleRule", ...]  # first match by order; exactly one must match
    publication_months: dict[str, tuple[int, int]] = {}  # level -> least and most months it is public; 0 = not at all


class ScaleRule(Struct, frozen=True):
    when: str  # list_decision | minor_document | any
    level: str
    reason: str  # reason code with citation text in the scale file
    clause: str


class Publicity(Struct, frozen=True):
    """A State rule that lets a natural person appear in public (条例 20), or what was looked for."""

    code: str
    list: Literal["exposure", "honours"]  # 曝光台 | 红名单
    name: str
    items: tuple[str, ...]
    grounds: tuple[str, ...]  # () = every ground of its items
    instrument: str  # the text that lets him appear
    clause: str
    basis: tuple[str, ...]  # instruments it rests on
    shown: tuple[Literal["name", "number", "document_no", "document_date", "body", "item", "ground"], ...]
    in_force_from: date | None
    in_force_to: date | None  # last day, inclusive
    mark: str
    source: str
    inactive_reason: str | None = None  # why it shows nobody

    @property
    def active(self) -> bool:
        return self.inactive_reason is None


class Offer(Struct, frozen=True):
    """守信激励 for which a person may be named: the red list, and offers of partners (信易贷, 信易行, 信易租)."""

    code: str
    name: str
    scheme: Literal["red_list", "loan", "travel", "rent"]
    partner: str | None  # who is told; None = nobody outside
    needs: Literal["items", "red_list"]  # a live honour of ``items``, or a place on the red list
    items: tuple[str, ...]
    instrument: str
    clause: str
    exit_instrument: str  # what ends it beside the ground itself
    exit_clause: str
    in_force_from: date
    in_force_to: date | None


class TimeLimit(Struct, frozen=True):
    """办理期限: how long a body or a provider has, from the day after the event. Exactly one length is given."""

    code: str
    name: str
    instrument: str  # applies while it is in force
    clause: str
    working_days: int | None = None
    days: int | None = None


class RepairScheme(Struct, frozen=True):
    """信用修复: the rules of one period. Where no condition was read, the body's decision is taken as it is."""

    key: str
    instrument: str
    clause: str
    in_force_from: date | None
    in_force_to: date | None
    conditions: tuple[str, ...] = ()  # that a decision to grant must state, fields of PersonCase
    by_level: bool = False  # not before the least term of publication that the scale of the day sets for the level


class Body(Struct, frozen=True):
    """A body that may issue documents or execute measures (topics/bodies.yaml)."""

    code: str
    name: str
    level: str
    region: str
    parent: str | None
    channel: str  # where it reports
    sector: str  # its line of work


class CodeText(Struct, frozen=True):
    """A reason code in both languages, with the cure."""

    code: str
    zh: str
    en: str
    cure_zh: str = ""
    cure_en: str = ""


class LawBook(Struct, frozen=True):
    """One published law book. ``digest`` = sha-256 of its canonical JSON (without the digest)."""

    digest: str
    title: str
    instruments: dict[str, Instrument]
    fields: dict[str, str]  # the 11 key fields: code -> Chinese name
    conducts: dict[str, str]
    groups: dict[str, str]
    roles: dict[str, str]
    items: dict[str, Item]
    endings: dict[str, EndingReason]
    measures: dict[str, Measure]
    rules: dict[str, Rule]
    scales: tuple[Scale, ...]
    bodies: dict[str, Body]
    refusals: dict[str, str]
    purposes: dict[str, str]
    codes: dict[str, CodeText]
    reasons: dict[str, str]  # reason codes of decisions -> Chinese text with citation
    working_days: dict[str, tuple[str, ...]]  # year -> ISO days that differ from Mon-Fri: "-MM-DD" off, "+MM-DD" on
    cut_over: date  # from this day a memorandum is no basis by itself (design rule 11)
    publicity: dict[str, Publicity] = {}
    offers: dict[str, Offer] = {}
    limits: dict[str, TimeLimit] = {}
    repair: tuple[RepairScheme, ...] = ()
    repair_conditions: dict[str, str] = {}  # code -> Chinese text
