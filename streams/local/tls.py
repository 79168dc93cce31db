"""A secure broker of one machine: its own development authority, certificates, listeners and settings.

Clients come over TLS with a name and a password (SCRAM). The broker speaks to itself and to its controller by
certificate, so that no password of its own stands in any file; the same certificate is how ``up`` gets in to make the
first accounts. A folder that was once secure stays so: what is in it was promised to be shut.

All of it is made here, lies in ``kafka/tls`` with mode 0600, and leaves the folder never. In production certificates
come from the authority of the house (docs/security.md).
"""

import ssl
from pathlib import Path
from typing import Any

from streams.local.launch import Room
from streams.local.ports import LOOPBACK
from streams.security.files import private_folder

INSIDE = "inside"  # the use of the port where the broker speaks to itself
BROKER = "chengxin-broker"
ADMIN = "admin"


def secured(room: Room) -> bool:
    return _folder(room).exists()


def secure(room: Room) -> None:
    """From now on the folder's broker is secure. It takes effect when it starts."""
    private_folder(_folder(room))


def authority(room: Room) -> Path:
    """The certificate by which clients know the broker. No secret."""
    return _folder(room) / "ca.pem"


def renew(room: Room) -> None:
    """A new certificate for the broker, of the folder's authority."""
    from streams.local import certificates

    certificates.renew(_folder(room), BROKER)


def settings(folder: str) -> str:
    """Of a secure broker; ``folder``: the room's, as a properties file wants it."""
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    return f"""\
listener.security.protocol.map=BROKER:SASL_SSL,INSIDE:SSL,CONTROLLER:SSL
inter.broker.listener.name=INSIDE
listener.name.inside.ssl.client.auth=required
listener.name.controller.ssl.client.auth=required
ssl.keystore.type=PEM
ssl.keystore.location={folder}/tls/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/tls/ca.pem
ssl.enabled.protocols=TLSv1.3,TLSv1.2
sasl.enabled.mechanisms=SCRAM-SHA-512,SCRAM-SHA-256
listener.name.broker.scram-sha-512.sasl.jaas.config={scram}
listener.name.broker.scram-sha-256.sasl.jaas.config={scram}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:CN={BROKER};User:{ADMIN}
"""


def inside(room: Room, ports: dict[str, int]) -> dict[str, Any]:
    """How to reach the broker by its own certificate, for kafka-python."""
    context = ssl.create_default_context(cafile=str(authority(room)))
    context.load_cert_chain(_folder(room) / "broker.pem")
    return {
        "bootstrap_servers": f"{LOOPBACK}:{ports[INSIDE]}",
        "security_protocol": "SSL",
        "ssl_context": context,
    }


def _folder(room: Room) -> Path:
    return room.folder / "tls"
