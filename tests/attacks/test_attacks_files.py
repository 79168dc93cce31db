"""Files as somebody who wants to harm a department's, or an operator's, machine would hand them over."""

import io
import json
import os
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from streams.cli.main import _plain, app
from streams.identity import KeyringFault, keyfiles
from streams.kit import errors, folder, output, reading
from streams.kit.folder import KitFault
from streams.kit.reading import FileFault, Sheet, Table

DECLARED = struct.Struct("<I")
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "ten to the eleventh entities": f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><x>&a11;</x>',
    "a file of this machine": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>',
    "an address": '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]><x>&a;</x>',
}
NAMES = {
    "screen": "rows\x1b[2J.csv",
    "title": "rows\x1b]0;x\x07.csv",
    "line": "rows\nforged: 0 faults.csv",
    "right to left": "rows\u202evsc.jsonl",
}
OUT_OF_FOLDER = (
    "../token",
    "/etc/token",
    "departments/../../token",
    "departments/a/b",
    "..",
    "",
    "a\x00b",
    "a\nb",
    ".hidden",
)


def workbook() -> bytes:
    book, packed = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.append(["item", "document_no"])
    book.active.append(["X", "1"])
    book.save(packed)
    return packed.getvalue()


def with_member(name: str, data: str) -> bytes:
    """A workbook with one of its parts replaced."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(packed, "w") as new:
        for one in old.namelist():
            new.writestr(one, data if one == name else old.read(one))
    return packed.getvalue()


def declaring(size: int) -> bytes:
    """A workbook whose sheet says it unpacks to ``size`` bytes."""
    data, name = bytearray(workbook()), b"xl/worksheets/sheet1.xml"
    for head, place in ((30, 22), (46, 24)):  # before the name: its own header, and its line in the directory
        DECLARED.pack_into(data, (data.index if head == 30 else data.rindex)(name) - head + place, size)
    return bytes(data)


def refused(path: Path) -> str:
    with pytest.raises(FileFault) as caught:
        reading.read(path)
    return str(caught.value)


def test_a_zip_bomb_is_refused_by_what_it_says_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    path.write_bytes(declaring(0xFFFFFFF0))
    assert "unpacks to too much" in refused(path)


@pytest.mark.parametrize("size", [0, 1, 100])
def test_and_one_that_lies_gives_no_more_than_it_says(tmp_path: Path, size: int) -> None:
    path = tmp_path / "rows.xlsx"
    path.write_bytes(declaring(size))
    assert "no sound XLSX file" in refused(path)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("bomb", BOMBS)
def test_entities_in_a_workbook_neither_grow_nor_read_anything(tmp_path: Path, bomb: str, part: str) -> None:
    path = tmp_path / "rows.xlsx"
    path.write_bytes(with_member(part, BOMBS[bomb]))
    secret = Path("/etc/hostname").read_text() if Path("/etc/hostname").exists() else "no such file"
    said = refused(path)
    assert "no sound XLSX file" in said and secret.strip() not in said


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deep.json", "[" * 200_000),
        ("deep.jsonl", '{"a":' * 200_000),
        ("deep.csv", '"' * 200_001),
        ("wide.csv", "," * 300_000),
    ],
)
def test_what_nests_without_end_is_refused_or_one_faulty_row(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    if path.suffix == ".jsonl":
        assert len(reading.read(path).sheets[0].rows) == 1
    else:
        refused(path)


def test_a_file_larger_than_may_be_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("wb") as hole:
        hole.truncate(reading.MOST_BYTES + 1)
    assert "too large" in refused(path)


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_gives_the_terminal_no_commands(tmp_path: Path, name: str) -> None:
    path = tmp_path / NAMES[name]
    path.write_text("item\nX\n")
    assert refused(path).isprintable()
    assert all(one.isprintable() or one == "\n" for one in _plain(f"{path}: no such file"))


def test_and_none_is_printed_by_a_command_that_meets_one(tmp_path: Path) -> None:
    path = tmp_path / NAMES["screen"]
    path.write_text("item\nX\n")
    answer = CliRunner(env={"CHENGXIN_CHANNEL": "court"}).invoke(app, ["validate", str(path)])
    assert isinstance(answer.exception, FileFault)
    assert all(one.isprintable() or one == "\n" for one in answer.output), answer.output


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".json"])
def test_a_link_where_a_file_is_to_be_written_is_not_followed(tmp_path: Path, ending: str) -> None:
    target = tmp_path / "of somebody else"
    target.write_text("untouched")
    for name, place in (("sheet", target), ("dangling", tmp_path / "nowhere")):
        link = tmp_path / f"{name}{ending}"
        link.symlink_to(place)
        with pytest.raises(OSError, match=r"symbolic links|Too many levels"):
            output.write(link, "sheet", [["a"]], {"page": [["a"]]}, {})
        with pytest.raises(OSError, match=r"symbolic links|Too many levels"):
            errors.write(link, Table(tmp_path / "rows.csv", (Sheet("", ("a",), []),), ""), [])
    assert target.read_text() == "untouched" and not (tmp_path / "nowhere").exists()


def test_what_is_written_is_the_owners_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        output.write(tmp_path / "sheet.csv", "sheet", [["a"]], {}, {})
    finally:
        os.umask(old)
    assert (tmp_path / "sheet.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", OUT_OF_FOLDER)
def test_no_name_of_a_key_leads_out_of_the_keys_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyringFault, match="no name of a key"):
        keyfiles.write(tmp_path / "keys", name, "ab" * 32)
    assert list(tmp_path.rglob("*.key")) == []


def test_a_kit_that_names_files_outside_of_its_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("x")
    kit = tmp_path / "kit"
    kit.mkdir()
    for name in ("../outside", str(tmp_path / "outside"), "link"):
        (kit / "link").unlink(missing_ok=True)
        (kit / "link").symlink_to(tmp_path / "outside")
        said = {
            "made_on": "2026-03-01",
            "allow_synthetic": True,
            "records": {},
            "channels": {},
            "files": {name: "00" * 32},
        }
        (kit / folder.DESCRIPTION).write_text(json.dumps(said))
        with pytest.raises(KitFault, match="outside the folder"):
            folder.load(kit)
