"""Accounts on a cluster and their login files: a password is made here, written to one file, and told to nobody."""

import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import UserScramCredentialUpsertion

from streams.security.files import private, private_folder
from streams.security.granting import GrantFault
from topics.access import MECHANISMS, Login

ITERATIONS = 8192  # of the password's hash; Kafka takes 4096 to 16384
_JAVA = (
    "security.protocol=SASL_SSL\nssl.truststore.type=PEM\nssl.truststore.location={ca}\nsasl.mechanism={mechanism}\n"
    'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="{user}" '
    'password="{password}";\n'
)


def login_file(folder: Path, account: str) -> Path:
    return folder / f"{account}.conf"


def create(options: Mapping[str, Any], accounts: Iterable[str], folder: Path, ca: Path) -> list[str]:
    """Make the accounts that have no login file in ``folder``, or are unknown to the cluster; returns those made.

    Beside each ``<account>.conf`` lies ``<account>.properties``, the same for Java's clients and Kafka's own tools.
    Raises KafkaError, GrantFault.
    """
    private_folder(folder)
    admin = KafkaAdminClient(**options)
    try:
        known = {name for name, told in admin.describe_user_scram_credentials().items() if told["error"] is None}
        new = [name for name in accounts if name not in known or not login_file(folder, name).exists()]
        logins = {name: Login(name, secrets.token_urlsafe(32), MECHANISMS[0], ca.absolute()) for name in new}
        for name, login in logins.items():
            private(login_file(folder, name), login.text())
            private(folder / f"{name}.properties", _JAVA.format(**login._asdict()))
        _upsert(admin, logins.values())
    finally:
        admin.close()
    return new


def _upsert(admin: Any, logins: Iterable[Login]) -> None:
    """Each account under every mechanism: some clients know only one."""
    for mechanism in MECHANISMS:
        wanted = [UserScramCredentialUpsertion(one.user, mechanism, one.password, ITERATIONS) for one in logins]
        refused = (
            {name: why for name, why in admin.alter_user_scram_credentials(wanted).items() if why} if wanted else {}
        )
        if refused:
            raise GrantFault(f"账号未能建立 / accounts were not made: {refused}")
