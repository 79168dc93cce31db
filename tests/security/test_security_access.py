"""A login file is taken whole and private or not at all, and a fault never says what is in it."""

import os
from pathlib import Path

import pytest

from streams import addresses
from streams.local import certificates, tls
from streams.local.launch import Room
from streams.security.files import private, private_folder
from streams.security.users import login_file
from streams.settings import Settings
from topics.access import SETTING, AccessFault, Login, options, reach

SECRET = "a=secret with # and ="


@pytest.fixture
def file(tmp_path: Path) -> Path:
    room = Room(tmp_path, "kafka")
    tls.secure(room)
    tls.renew(room)
    (tmp_path / "ca.pem").write_bytes(tls.authority(room).read_bytes())
    made = login_file(tmp_path, "sink")
    private(made, Login("sink", SECRET, "SCRAM-SHA-512", Path("ca.pem")).text())
    return made


def test_what_is_written_is_read_and_the_place_of_the_authority_is_beside_it(file: Path) -> None:
    assert Login.load(file) == Login("sink", SECRET, "SCRAM-SHA-512", file.parent / "ca.pem")
    found = Login.load(file).options()
    assert (found["security_protocol"], found["sasl_plain_username"]) == ("SASL_SSL", "sink")
    assert found["ssl_context"].check_hostname


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o611])
def test_a_file_that_others_may_touch_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(AccessFault, match="chmod 600"):
        Login.load(file)
    file.chmod(0o400)
    assert Login.load(file).user == "sink"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sasl.username=sink\n", "", "lacks sasl.username"),
        ("sasl.password=" + SECRET, "sasl.password=", "lacks sasl.password"),
        ("SASL_SSL", "SASL_PLAINTEXT", "security.protocol"),
        ("SCRAM-SHA-512", "PLAIN", "sasl.mechanism"),
        ("ca.pem", "other.pem", "no certificate"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_and_its_password_not_shown(
    file: Path, old: str, new: str, said: str
) -> None:
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(AccessFault, match=said) as fault:
        Login.load(file)
    assert SECRET not in str(fault.value)


def test_a_client_takes_the_login_that_the_environment_names_and_none_otherwise(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    assert reach("h:1") == {"bootstrap_servers": "h:1"}
    assert options() == {}
    monkeypatch.setenv(SETTING, str(file))
    assert reach("h:1")["sasl_plain_password"] == SECRET
    monkeypatch.setenv(SETTING, str(file.with_name("nothing.conf")))
    with pytest.raises(AccessFault, match="cannot be read"):
        reach("h:1")


def test_a_private_file_is_private_from_the_first_moment(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    before = os.umask(0)
    try:
        private_folder(folder)
        private(folder / "x", "one")
        private(folder / "x", "two")
    finally:
        os.umask(before)
    assert (folder.stat().st_mode & 0o777, (folder / "x").stat().st_mode & 0o777) == (0o700, 0o600)
    assert [one.name for one in folder.iterdir()] == ["x"]
    assert (folder / "x").read_text() == "two"


def test_certificates_are_made_private_and_the_authority_stays_while_the_broker_gets_a_new_one(tmp_path: Path) -> None:
    room = Room(tmp_path, "kafka")
    assert not tls.secured(room)
    tls.secure(room)
    made = []
    for _ in range(2):
        tls.renew(room)
        files = {file.name: file for file in tls.authority(room).parent.iterdir()}
        assert {file.stat().st_mode & 0o777 for file in files.values()} == {0o600}
        made.append({name: file.read_bytes() for name, file in files.items()})
    assert tls.secured(room)
    assert made[0]["ca.pem"] == made[1]["ca.pem"] and made[0]["ca.key"] == made[1]["ca.key"]
    assert made[0]["broker.pem"] != made[1]["broker.pem"]


def test_an_authority_near_its_end_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(tmp_path, "kafka")
    tls.secure(room)
    kept = []
    for days in (30, 31, 31):  # 30 are too few to begin a season with
        monkeypatch.setattr(certificates, "AUTHORITY_DAYS", days + 1)
        tls.renew(room)
        kept.append(tls.authority(room).read_bytes())
    assert kept[0] != kept[1] and kept[1] == kept[2]


def test_a_command_without_a_login_is_told_at_once_what_a_secure_folder_wants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    tls.secure(Room(tmp_path, "kafka"))
    settings = Settings().model_copy(update={"data_dir": tmp_path, "kafka_bootstrap": None, "clickhouse_url": None})
    for look in (addresses.find, addresses.find_kafka):
        with pytest.raises(addresses.NoServers, match=f"{SETTING}=.*logins/<account>.conf"):
            look(settings)
    monkeypatch.setenv(SETTING, "there.conf")
    with pytest.raises(addresses.NoServers, match="chengxin up"):  # none runs: that is the next thing to be told
        addresses.find_kafka(settings)
