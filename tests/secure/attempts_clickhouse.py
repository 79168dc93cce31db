"""What each account of ClickHouse is shown and may change. Every login here is a valid one: one that fails would end
the embedded engine (streams/local/embedded_clickhouse.py), and shows nothing about rights."""

from typing import Any

from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

from sinks.portal.figures import STATEMENTS
from tests.secure.attempts import ALLOWED, DENIED, Denied, Fate, attempt
from tests.secure.stand import Stand

REFUSALS = {164, 497}  # READONLY, ACCESS_DENIED; the driver does not know the second by name
QUERIES: tuple[tuple[str, str, Fate], ...] = (
    ("dashboards", "SELECT kind, count() FROM impersonal_decisions GROUP BY kind", ALLOWED),
    ("dashboards", "SELECT outcome, count() FROM impersonal_receipts GROUP BY outcome", ALLOWED),
    ("dashboards", "SELECT executor, state, count() FROM impersonal_obligations_current GROUP BY ALL", ALLOWED),
    ("dashboards", "SELECT item, count() FROM impersonal_accepted_events GROUP BY item", ALLOWED),
    ("dashboards", "SELECT subject FROM decisions LIMIT 1", DENIED),
    ("dashboards", "SELECT count() FROM decisions WHERE subject = ''", DENIED),
    ("dashboards", "SELECT document_no, document_date FROM accepted_events LIMIT 1", DENIED),
    ("dashboards", "SELECT * FROM receipts LIMIT 1", DENIED),
    ("dashboards", "SELECT decision_id FROM obligations_current LIMIT 1", DENIED),
    ("dashboards", "SELECT * FROM file('/etc/hostname', 'LineAsString')", DENIED),
    ("dashboards", "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", DENIED),
    ("console", "SELECT executor, state, min(due_day) FROM impersonal_obligations_current GROUP BY ALL", ALLOWED),
    ("console", "SELECT subject FROM decisions LIMIT 1", DENIED),
    ("console", "SELECT receipt_id FROM receipts LIMIT 1", DENIED),
    ("console", "INSERT INTO sink_positions (topic, partition, next) VALUES ('x', 0, 0)", DENIED),
    ("portal", "SELECT topic, partition, offset FROM decisions WHERE decision_id = 'x'", ALLOWED),
    *(("portal", statement.replace("%(until)s", "'2026-01-31'"), ALLOWED) for statement in STATEMENTS),
    ("portal", "SELECT value FROM assessment_frozen LIMIT 1", DENIED),
    ("portal", "SELECT subject FROM decisions LIMIT 1", DENIED),
    ("portal", "SELECT decision_id FROM obligations LIMIT 1", DENIED),
    ("channel_railway", "SELECT count() FROM obligations_current", ALLOWED),
    ("channel_railway", "SELECT count() FROM impersonal_obligations_current", DENIED),
    ("channel_court", "SELECT count() FROM decisions", DENIED),
    ("channel_court", "SELECT count() FROM accepted_events", DENIED),
    ("channel_court", "SELECT count() FROM obligations", DENIED),
    ("channel_court", "INSERT INTO receipts (receipt_id) VALUES ('x')", DENIED),
    ("channel_court", "CREATE USER another", DENIED),
    ("auditor", "SELECT count() FROM decisions WHERE subject != ''", ALLOWED),
    ("auditor", "ALTER TABLE decisions DELETE WHERE 1", DENIED),
    ("auditor", "INSERT INTO sink_positions (topic, partition, next) VALUES ('x', 0, 0)", DENIED),
    ("sink", "SELECT max(next) FROM sink_positions", ALLOWED),
    ("sink", "DROP TABLE decisions", DENIED),
    ("sink", "TRUNCATE TABLE sink_positions", DENIED),
    ("sink", "ALTER TABLE decisions DELETE WHERE 1", DENIED),
    ("exporter", "SELECT executor, count() FROM obligations_current GROUP BY executor", ALLOWED),
    ("exporter", "SELECT max(document_no) FROM accepted_events", DENIED),
    ("exporter", "SELECT max(cause_receipt_id) FROM decisions", DENIED),
    ("operators", "SELECT outcome, count() FROM receipts GROUP BY outcome", ALLOWED),
    ("operators", "SELECT max(consent_recipient) FROM accepted_events", DENIED),
    ("operators", "SELECT max(severity) FROM decisions", DENIED),
    ("operators", "SELECT count() FROM assessment_frozen WHERE value > 0", DENIED),
    ("sealer", "SELECT max(offset), max(appended_at) FROM decisions", ALLOWED),
    ("sealer", "SELECT max(subject) FROM decisions", DENIED),
    ("sealer", "SELECT max(case_no) FROM accepted_events", DENIED),
    ("assessment", "INSERT INTO decisions (decision_id) VALUES ('x')", DENIED),
    ("assessment", "SELECT count() FROM assessment_frozen", ALLOWED),
    ("explain", "SELECT topic, offset FROM decisions LIMIT 1", ALLOWED),
    ("explain", "SELECT count() FROM receipts", DENIED),
)


def rows(stand: Stand, account: str, query: str) -> list[tuple[Any, ...]]:
    """What the server answers. Raises Denied."""
    client = Client.from_url(stand.clickhouse(account))
    try:
        client.execute(f"USE {stand.settings.database}")
        found: list[tuple[Any, ...]] = client.execute(query)
    except ServerException as error:
        if error.code in REFUSALS:
            said = error.message.partition("Stack trace")[0].rpartition("necessary to have the ")[2]
            raise Denied(f"needs {said[:100].strip()}") from None
        raise
    finally:
        client.disconnect()
    return found


def _queries(account: str, query: str, expected: Fate) -> None:
    @attempt(account, query, expected)
    def _(stand: Stand) -> None:
        stand.outputs[f"{account}: {query}"] = repr(rows(stand, account, query))


for _one in QUERIES:
    _queries(*_one)


@attempt("channel_court", "sees its receipts, and in a whole table these alone", ALLOWED)
def _own_rows(stand: Stand) -> None:
    seen = rows(stand, "channel_court", "SELECT DISTINCT topic FROM receipts")
    everything = rows(stand, "auditor", "SELECT DISTINCT topic FROM receipts")
    assert seen == [("receipts.court",)], seen
    assert len(everything) > 1, "there is nothing that it could have seen besides"


@attempt("channel_court", "looks for the receipts of another department", DENIED)
def _others_rows(stand: Stand) -> None:
    query = "SELECT count() FROM receipts WHERE topic = 'receipts.railway'"
    assert rows(stand, "auditor", query) > [(0,)], "there are none"
    if rows(stand, "channel_court", query) == [(0,)]:
        raise Denied("no row")


@attempt("channel_railway", "looks for the receipts of another department by what it may count", DENIED)
def _others_sums(stand: Stand) -> None:
    total = rows(stand, "auditor", "SELECT count() FROM receipts")
    if rows(stand, "channel_railway", "SELECT count() FROM receipts") < total:
        raise Denied("its own rows alone are counted")
