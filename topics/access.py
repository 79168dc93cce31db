"""How a process gets into Kafka: the one place from which every client of ours takes its address and its login.

A login is a file, named by CHENGXIN_KAFKA_LOGIN and readable by its owner only; a password is never an argument and
never a setting. Without that name a client speaks plain text, as the local stack does unless it was started secure.
The file has librdkafka's own names, so that a client of another make reads it as it is:

    security.protocol=SASL_SSL
    ssl.ca.location=/etc/chengxin/ca.pem
    sasl.mechanism=SCRAM-SHA-512
    sasl.username=channel.court
    sasl.password=...
"""

import os
import ssl
from pathlib import Path
from typing import Any, NamedTuple

SETTING = "CHENGXIN_KAFKA_LOGIN"
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256")
PROTOCOL = "SASL_SSL"
_KEYS = ("security.protocol", "ssl.ca.location", "sasl.mechanism", "sasl.username", "sasl.password")


class AccessFault(Exception):
    """A login file cannot be used; says which, why, and the cure. It never shows what is in it."""


class Login(NamedTuple):
    """What a broker wants to know of who comes. ``ca``: the certificate it is itself known by."""

    user: str
    password: str
    mechanism: str
    ca: Path

    @classmethod
    def load(cls, file: Path) -> "Login":
        """Raises AccessFault: not there, open to others, or not whole."""
        given = _lines(file)
        if missing := [key for key in _KEYS if not given.get(key)]:
            raise AccessFault(f"{file}: 缺少 / lacks {', '.join(missing)}")
        if given["security.protocol"] != PROTOCOL or given["sasl.mechanism"] not in MECHANISMS:
            allowed = f"security.protocol={PROTOCOL}, sasl.mechanism={' | '.join(MECHANISMS)}"
            raise AccessFault(f"{file}: 只接受 / only this is taken: {allowed}")
        ca = file.parent / given["ssl.ca.location"]  # an absolute place stays what it is
        if not ca.is_file():
            raise AccessFault(f"{file}: ssl.ca.location: 没有证书文件 / there is no certificate at {ca}")
        return cls(given["sasl.username"], given["sasl.password"], given["sasl.mechanism"], ca)

    def text(self) -> str:
        """The login as its file says it."""
        values = (PROTOCOL, str(self.ca), self.mechanism, self.user, self.password)
        return "".join(f"{key}={value}\n" for key, value in zip(_KEYS, values, strict=True))

    def options(self) -> dict[str, Any]:
        """What kafka-python and aiokafka want beside the address; they have the same names for it."""
        return {
            "security_protocol": PROTOCOL,
            "ssl_context": ssl.create_default_context(cafile=str(self.ca)),
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }


def options() -> dict[str, Any]:
    """The login of this process for kafka-python or aiokafka; empty where none is set. Raises AccessFault."""
    named = os.environ.get(SETTING)
    return Login.load(Path(named)).options() if named else {}


def reach(bootstrap: str) -> dict[str, Any]:
    """How a client of this process reaches the brokers: ``KafkaConsumer(**reach(bootstrap))``. Raises AccessFault."""
    return {"bootstrap_servers": bootstrap, **options()}


def secret(file: Path) -> str:
    """What a private file holds. Raises AccessFault: not there, or open to others."""
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise AccessFault(f"{file}: 无法读取 / cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise AccessFault(f"{file}: 他人可读 / others may read it: chmod 600 {file}, and change the password")
    return text


def _lines(file: Path) -> dict[str, str]:
    pairs = (line.partition("=") for line in secret(file).splitlines() if line.strip() and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}
