"""Who gets at which topic: each family from both sides, and what nobody outside may do to a cluster."""

import ssl

from confluent_kafka.admin import NewTopic

from tests.secure.attempts import ALLOWED, DENIED, Fate, attempt
from tests.secure.kafka_clients import WAIT_S, admin, ask, fence, join, read, write
from tests.secure.stand import Stand
from topics.access import Login

WRITES: tuple[tuple[str, str, Fate], ...] = (
    ("channel.court", "events.court", ALLOWED),
    ("channel.railway", "feedback.railway", ALLOWED),
    ("channel.court", "cases.court", ALLOWED),
    ("channel.court", "events.tax", DENIED),
    ("channel.court", "cases.tax", DENIED),
    ("channel.tax", "feedback.railway", DENIED),
    ("channel.court", "receipts.court", DENIED),
    ("channel.railway", "sanctions.railway", DENIED),
    ("channel.court", "accepted", DENIED),
    ("channel.court", "clock", DENIED),
    ("channel.court", "lawbooks", DENIED),
    ("sink", "events.court", DENIED),
    ("sink", "decisions", DENIED),
    ("worker", "events.court", DENIED),
    ("clock", "accepted", DENIED),
    ("law", "clock", DENIED),
    ("auditor", "querylog", DENIED),
    ("partner.partner_loan", "partners.partner_loan", DENIED),
    ("portal", "cases.court", DENIED),
    ("channel.court", "cases.portal", DENIED),
)
READS: tuple[tuple[str, str, Fate], ...] = (
    ("channel.court", "receipts.court", ALLOWED),
    ("channel.railway", "sanctions.railway", ALLOWED),
    ("channel.railway", "sanctions.railway.current", ALLOWED),
    ("channel.railway", "rewards.railway", ALLOWED),
    ("channel.court", "supervision.court", ALLOWED),
    ("partner.partner_loan", "partners.partner_loan", ALLOWED),
    ("sink", "decisions", ALLOWED),
    ("auditor", "notices", ALLOWED),
    ("portal", "publication", ALLOWED),
    ("law", "lawbooks", ALLOWED),
    ("exporter", "publication", ALLOWED),
    ("exporter", "events.court", DENIED),
    ("exporter", "accepted", DENIED),
    ("exporter", "cases.portal", DENIED),  # nothing is in it
    ("channel.court", "events.court", DENIED),
    ("channel.court", "receipts.tax", DENIED),
    ("channel.court", "sanctions.railway", DENIED),
    ("channel.railway", "sanctions.market.current", DENIED),
    ("channel.court", "identities", DENIED),
    ("channel.court", "accepted", DENIED),
    ("channel.court", "decisions", DENIED),
    ("channel.court", "querylog", DENIED),
    ("channel.court", "quarantine", DENIED),
    ("channel.credit", "partners.partner_loan", DENIED),
    ("partner.partner_loan", "partners.partner_rent", DENIED),
    ("partner.partner_loan", "bureau", DENIED),
    ("sink", "identities", DENIED),
    ("sink", "events.court", DENIED),
    ("explain", "events.court", DENIED),
    ("auditor", "quarantine", DENIED),
    ("auditor", "identities", DENIED),
    ("portal", "accepted", DENIED),
)


def _writes(account: str, topic: str, expected: Fate) -> None:
    @attempt(account, f"writes {topic}", expected)
    def _(stand: Stand) -> None:
        write(stand, account, topic)


def _reads(account: str, topic: str, expected: Fate) -> None:
    @attempt(account, f"reads {topic}", expected)
    def _(stand: Stand) -> None:
        read(stand, account, topic)


@attempt("anonymous", "asks for topics in plain text", DENIED)
def _plain(stand: Stand) -> None:
    ask(stand, None)


@attempt("anonymous", "asks for topics over TLS without a login", DENIED)
def _without_login(stand: Stand) -> None:
    ca = Login.load(stand.login("sink")).ca
    ask(stand, ssl.create_default_context(cafile=str(ca)))


@attempt("nobody", "reads receipts.court with a password of its own making", DENIED)
def _unknown(stand: Stand) -> None:
    read(stand, "channel.court", "receipts.court", **{"sasl.username": "nobody", "sasl.password": "guessed"})


@attempt("channel.court", "reads receipts.court with a wrong password", DENIED)
def _wrong_password(stand: Stand) -> None:
    read(stand, "channel.court", "receipts.court", **{"sasl.password": "guessed"})


@attempt("channel.tax", "comes with the password of channel.court", DENIED)
def _others_password(stand: Stand) -> None:
    password = Login.load(stand.login("channel.court")).password
    read(stand, "channel.tax", "receipts.tax", **{"sasl.password": password})


@attempt("channel.court", "reads receipts.court by SCRAM-SHA-256", ALLOWED)
def _other_mechanism(stand: Stand) -> None:
    read(stand, "channel.court", "receipts.court", **{"sasl.mechanism": "SCRAM-SHA-256"})


for _one in WRITES:
    _writes(*_one)
for _one in READS:
    _reads(*_one)


@attempt("channel.court", "joins a consumer group under its own code", ALLOWED)
def _own_group(stand: Stand) -> None:
    join(stand, "channel.court", "court.attempt", "receipts.court")


@attempt("channel.tax", "joins a consumer group of another channel", DENIED)
def _others_group(stand: Stand) -> None:
    join(stand, "channel.tax", "court.attempt", "receipts.tax")


@attempt("channel.court", "joins the workers' group", DENIED)
def _workers_group(stand: Stand) -> None:
    join(stand, "channel.court", "chengxin", "receipts.court")


@attempt("channel.court", "takes the transactions of an intake task", DENIED)
def _workers_transactions(stand: Stand) -> None:
    fence(stand, "channel.court", "chengxin.intake.0")


@attempt("sink", "takes the transactions of the clock", DENIED)
def _clocks_transactions(stand: Stand) -> None:
    fence(stand, "sink", "clock")


@attempt("clock", "takes the transactions of the clock", ALLOWED)
def _own_transactions(stand: Stand) -> None:
    fence(stand, "clock", "clock")


@attempt("channel.court", "creates a topic", DENIED)
def _create(stand: Stand) -> None:
    with admin(stand, "channel.court") as client:
        client.create_topics([NewTopic("events.mine", 1, 1)])["events.mine"].result(WAIT_S)


@attempt("channel.court", "deletes its own topic", DENIED)
def _delete(stand: Stand) -> None:
    with admin(stand, "channel.court") as client:
        client.delete_topics(["events.court"])["events.court"].result(WAIT_S)
