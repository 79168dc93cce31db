"""The words of the metrics' labels, and that nothing else gets into one.

A label takes only values of its vocabulary and everything else becomes ``other``. That is how no metric can ever carry
a person (design rule 8): a token, a name or a number is in no vocabulary. Vocabularies are closed here, or declared
once at process start from the law book and the topic catalogue.
"""

import re
from dataclasses import dataclass, field

OTHER = "other"
NONE = "none"
_PLAIN_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,119}")
_LONG_NUMBER = re.compile(r"[0-9]{11,}|[0-9a-fA-F]{32,}")  # an identity number, a token, a hash
MAX_DECLARED = 2_000  # series per label stay countable: a Prometheus of one office holds them


@dataclass(frozen=True)
class Label:
    """One label. ``values``: closed here. ``below``: whole numbers from 0. Neither: declared at process start."""

    name: str
    values: frozenset[str] = frozenset()
    below: int = 0

    @property
    def declared(self) -> bool:
        return not self.values and not self.below


@dataclass(frozen=True)
class Vocabulary:
    """The words this process may use for declared labels: label name -> values, e.g. ``{"agent": {"intake"}}``.

    Raises ValueError for a value that is not a plain word (a digit run of an identity number, Chinese text, blanks)
    and for a label with more than ``MAX_DECLARED`` values.
    """

    words: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for label, values in self.words.items():
            if len(values) > MAX_DECLARED:
                raise ValueError(f"label {label}: {len(values)} values declared, at most {MAX_DECLARED} are allowed")
            for value in values:
                if not _PLAIN_WORD.fullmatch(value) or _LONG_NUMBER.search(value):
                    raise ValueError(f"label {label}: {value[:12]!r} is no plain word; declare codes and topics only")

    def clean(self, label: Label, value: str | int) -> str:
        """``value`` if the label's vocabulary holds it, else ``other``."""
        if label.below:
            return str(value) if isinstance(value, int) and 0 <= value < label.below else OTHER
        known = label.values if label.values else self.words.get(label.name, frozenset())
        return value if isinstance(value, str) and (value in known or value == NONE) else OTHER


AGENT = Label("agent")
TOPIC = Label("topic")
GROUP = Label("group")
PARTITION = Label("partition", below=1_024)
CODE = Label("code")
TABLE = Label("table")
CHANNEL = Label("channel")
PURPOSE = Label("purpose")
FAMILY = Label("family")
OUTCOME = Label("outcome", frozenset({"accepted", "warned", "rejected", "held", "duplicate", "needs_correction"}))
DECISION = Label(
    "kind",
    frozenset(
        {
            "recorded",
            "corrected",
            "ended",
            "expired",
            "held",
            "review",
            "law_applied",
            "answered",
            "case_opened",
            "case_closed",
            "repaired",
            "overdue",
            "supervised",
            "consented",
            "disclosed",
            "erased",
        }
    ),
)
CHANGE = Label("change", frozenset({"raised", "lifted"}))
STATE = Label(
    "state", frozenset({"proposed", "confirmed", "refused", "not_applicable", "in_effect", "lifting", "lifted"})
)
MISSED = Label("missed", frozenset({"answer", "proof", "case", "order", "correction"}))
MATTER = Label("matter", frozenset({"objection", "reconsideration", "lawsuit", "repair"}))
TERM = Label("term", frozenset({"running", "past"}))
LIST = Label("list", frozenset({"exposure", "honours"}))
PLACE = Label("place", frozenset({"data", "clickhouse"}))
SERVER = Label("server", frozenset({"kafka", "clickhouse"}))
REFUSAL = Label("refusal", frozenset({"no_officer", "unknown_purpose", "no_id", "no_log", "not_allowed", "too_many"}))
LOOK = Label("look", frozenset({"lag", "ends", "newest", "clock", "publication", "queries", "tables", "disk"}))
ERROR = Label(
    "error",
    frozenset(
        {
            "KafkaTimeoutError",
            "KafkaConnectionError",
            "ProducerFenced",
            "CommitFailedError",
            "IllegalGenerationError",
            "UnknownMemberIdError",
            "NotCoordinatorError",
            "NotLeaderForPartitionError",
            "RequestTimedOutError",
            "ConcurrentTransactions",
            "ConnectionError",
            "TimeoutError",
            "OSError",
        }
    ),
)
