"""A department on real servers: what breaks is gone on with, what is sent twice does no harm, and every row has the
receipt that ``validate`` foretold."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from deployment import Played, chengxin

from streams.kit import keys, reading, sending
from streams.kit.folder import Kit, of_release
from streams.kit.journal import ENDING, Journal
from streams.kit.rows import Maker
from streams.kit.sending import Keys, Sender
from tests.flow.flow_stand import person
from tests.kit.kit_stand import SOUND, commands, csv

pytestmark = [pytest.mark.servers, pytest.mark.check]
SOUND_ROWS, FAULTY = 24, {"BODY_UNKNOWN": {"body": "SD-COURT-990000"}, "DIGEST_INVALID": {"document_digest": "0"}}


def rows(day: date) -> list[dict[str, Any]]:
    """Sound rows without event ids, one to be held, two to be rejected."""
    said = {"document_date": day, "effect_date": day, "subject.name": "部门测试"}
    made = [
        SOUND | said | {"event_id": "", "subject.id_number": person(700 + n), "document_no": f"(2020)鲁执测七{n}号"}
        for n in range(SOUND_ROWS + 1 + len(FAULTY))
    ]
    made[SOUND_ROWS]["document_no"] = ""
    for row, change in zip(made[SOUND_ROWS + 1 :], FAULTY.values(), strict=True):
        row.update(change)
    return made


@pytest.fixture(scope="module")
def day(played: Played) -> date:
    return played.here.sample.days[-1].day


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, day: date) -> Path:
    place = tmp_path_factory.mktemp("department")
    csv(place / "rows.csv", *rows(day))
    return place


def publish(played: Played, folder: Path, day: date, *more: str) -> tuple[int, str]:
    words = ("--channel", "court", "--record", "CreditDetermination", "--day", str(day))
    key = str(played.here.settings.keys_dir / "departments" / "court.key")
    done = played.here.chengxin("publish", str(folder / "rows.csv"), *words, *more, CHENGXIN_CHANNEL_KEY=key)
    return done.returncode, done.stdout + done.stderr


def reconciled(played: Played, folder: Path) -> tuple[int, dict[str, Any]]:
    sheet, written = folder / "sheet.json", str(folder / f"rows.csv{ENDING}")
    done = played.here.chengxin("receipts", "--channel", "court", "--sheet", str(sheet), "--journal", written)
    assert sheet.exists(), done.stderr
    return done.returncode, json.loads(sheet.read_text())


def counts(found: dict[str, Any]) -> dict[tuple[str, str | None], int]:
    return {(one["outcome"], one["code"]): one["rows"] for one in found["totals"]}


def test_a_dry_run_sends_nothing(played: Played, folder: Path, day: date) -> None:
    code, said = publish(played, folder, day, "--dry-run")
    assert code == 1
    assert f"{SOUND_ROWS + 1} -> events.court" in said
    assert not (folder / f"rows.csv{ENDING}").exists()


def test_a_broken_run_is_gone_on_with_and_each_row_gets_its_receipt(
    played: Played, folder: Path, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = played.here.settings
    monkeypatch.setattr(sending, "WINDOW", 5)
    kit: Kit = of_release(day)
    own = keys.own(settings.data_dir / "kit")
    made = Maker(kit, "court", "CreditDetermination", own).make(reading.read(folder / "rows.csv"))

    def broken(_: int) -> None:
        raise KeyboardInterrupt

    channel_key = keys.of_channel(settings.keys_dir / "departments" / "court.key")
    journal = Journal.beside(folder / "rows.csv")
    with (
        pytest.raises(KeyboardInterrupt),
        Sender(played.here.addresses.kafka, settings.prefix, "court", Keys(own, channel_key), journal) as sender,
    ):
        sender.send(made[:SOUND_ROWS], broken)
    assert len(journal.sent) == 5
    code, said = publish(played, folder, day)
    assert (code, f"acknowledged {SOUND_ROWS - 4}" in said, "sent before 5" in said) == (1, True, True), said
    errors = (folder / "rows.errors.csv").read_text("utf-8-sig")
    assert all(name in errors for name in FAULTY)
    assert "DOCUMENT_INCOMPLETE" not in errors, "it was sent: corrected there it would go in as another record"
    code, found = reconciled(played, folder)
    assert counts(found) == {("accepted", None): SOUND_ROWS, ("held", "DOCUMENT_INCOMPLETE"): 1}
    assert code == 1
    assert all(row["schema_id"] and len(row["sent_digest"]) == 32 for row in found["rows"])
    assert "acknowledged 0" in publish(played, folder, day)[1]


def test_without_a_journal_every_record_of_the_topics_is_told_with_its_receipt(played: Played, folder: Path) -> None:
    sheet = folder / "arrived.json"
    done = played.here.chengxin("receipts", "--channel", "court", "--sheet", str(sheet), "--arrived")
    assert done.returncode == 1, done.stderr  # of the sample's records some are faulty
    found = counts(json.loads(sheet.read_text()))
    assert sum(found.values()) == len(played.here.read("events.court", "feedback.court", "cases.court"))
    assert not [outcome for outcome, _ in found if outcome == "missing"] and found["accepted", None] > SOUND_ROWS


def test_what_was_held_is_corrected_and_goes_in_again_once(played: Played, folder: Path, day: date) -> None:
    _, found = reconciled(played, folder)
    (held,) = [row for row in found["rows"] if row["outcome"].endswith("held")]
    (taken, *_) = [row for row in found["rows"] if row["outcome"].endswith("accepted")]
    fixed = rows(day)[SOUND_ROWS] | {"document_no": "(2020)鲁执测七补号"}
    given = [fixed | {"receipt_id": held["receipt_id"]}, fixed | {"receipt_id": taken["receipt_id"]}]
    path = csv(folder / "fixed.csv", *given)
    words = ("--channel", "court", "--record", "CreditDetermination", "--day", str(day))
    done = played.here.chengxin("redrive", str(path), *words)
    assert (done.returncode, "acknowledged 1" in done.stdout) == (1, True), done.stderr
    assert "REDRIVE_NOT_REFUSED" in (folder / "fixed.errors.csv").read_text("utf-8-sig")
    again = played.here.chengxin("redrive", str(path), *words)
    assert "acknowledged 0" in again.stdout and "REDRIVE_TWICE" in again.stdout
    sheet = folder / "fixed.json"
    journal = str(folder / f"fixed.csv{ENDING}")
    done = played.here.chengxin("receipts", "--channel", "court", "--sheet", str(sheet), "--journal", journal)
    assert (done.returncode, counts(json.loads(sheet.read_text()))) == (0, {("accepted", None): 1})


def test_the_month_is_accounted_for(played: Played, folder: Path, day: date) -> None:
    item, out = SOUND["item"], folder / "return.json"
    journals = [word for path in sorted(folder.glob(f"*{ENDING}")) for word in ("--journal", str(path))]
    words = ("return", "--channel", "court", "--month", f"{day:%Y-%m}", "--out", str(out), *journals)
    assert played.here.chengxin(*words).returncode == 0
    (line,) = json.loads(out.read_text())
    assert (line["accepted"], line["held"], line["missing"]) == (SOUND_ROWS + 1, 0, 0)  # the held one went in again
    more = {"item": item, "produced": SOUND_ROWS + 3, "published": 0, "not_reported": 1, "reason": "MINOR_SUBJECT"}
    figures = csv(folder / "figures.csv", more)
    assert played.here.chengxin(*words, "--figures", str(figures)).returncode == 1
    (line,) = json.loads(out.read_text())
    assert (line["reported"], line["unexplained"]) == (SOUND_ROWS + 1, 1)


def test_a_second_send_of_everything_is_known_as_one(played: Played, folder: Path, day: date) -> None:
    first = {one.event_id for one in Journal.beside(folder / "rows.csv").sent}
    (folder / f"rows.csv{ENDING}").unlink()
    assert f"acknowledged {SOUND_ROWS + 1}" in publish(played, folder, day)[1]
    assert {one.event_id for one in Journal.beside(folder / "rows.csv").sent} == first
    _, found = reconciled(played, folder)
    assert counts(found)["duplicate", "DUPLICATE_RECORD"] >= SOUND_ROWS
    assert "missing" not in {row["outcome"].split()[-1] for row in found["rows"]}


def test_a_receipt_about_other_bytes_and_one_that_is_missing_are_told(played: Played, folder: Path) -> None:
    path = folder / f"rows.csv{ENDING}"
    lines = path.read_text().splitlines()
    changed = json.loads(lines[0]) | {"digest": "0" * 32}
    unanswered = json.loads(lines[1]) | {"offset": 10**9}
    path.write_text("\n".join(json.dumps(one) for one in (changed, unanswered)))
    sheet = folder / "other.json"
    words = ("--channel", "court", "--sheet", str(sheet), "--journal", str(path), "--wait", "0")
    assert played.here.chengxin("receipts", *words).returncode == 3
    assert set(counts(json.loads(sheet.read_text()))) == {("digest_differs", "DUPLICATE_RECORD"), ("missing", None)}


def test_receipts_come_as_lines(played: Played, day: date) -> None:
    done = played.here.chengxin("receipts", "--channel", "court", "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0 and len(found) > SOUND_ROWS
    assert all(one["sent_digest"] and one["at"] for one in found)
    assert all(one["schema_id"] for one in found if one["outcome"] != "rejected")


def test_the_guides_commands_work_as_they_stand(played: Played, folder: Path, day: date) -> None:
    """All of docs/department.md in its order, in a folder of its own. Its example is of today and the clock stands on
    a day of the sample: the same commands, with the clock's day."""
    place = folder / "guide"
    place.mkdir()
    figures = {"item": SOUND["item"], "produced": 1, "published": 0, "not_reported": "", "reason": ""}
    codes = {}
    for command in commands():
        if command[0] == "redrive":
            sheet = folder / "guide.json"
            words = ("--channel", "court", "--sheet", str(sheet), "--journal", str(place / f"rows.xlsx{ENDING}"))
            played.here.chengxin("receipts", *words)
            (first, *_) = json.loads(sheet.read_text())["rows"]
            csv(place / "fixed.csv", SOUND | {"receipt_id": first["receipt_id"], "event_id": "fixed"})
            csv(place / "figures.csv", figures)
        dated = ("--day", str(day)) if command[0] in ("template", "validate", "publish", "redrive") else ()
        done = chengxin(played.here.settings, *command, *dated, cwd=place)
        codes[command[0]] = max(done.returncode, codes.get(command[0], 0))
        assert done.returncode in (0, 1), (command, done.stdout, done.stderr)
    assert {name: codes[name] for name in list(codes)[:4]} == {"kit": 0, "template": 0, "validate": 0, "publish": 0}
    assert {path.name for path in place.iterdir()} >= {"sheet.xlsx", "return.xlsx", "return.csv", "fixed.errors.csv"}
