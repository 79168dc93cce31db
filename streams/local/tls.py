"""A secure broker of one machine: its own development authority, certificates, listeners and settings.

Clients come over TLS with a name and a password (SCRAM). The broker speaks to itself and to its controller by
certificate, so that no password of its own stands in any file; the same certificate is how ``up`` gets in to make the
first accounts. A folder that was once secure stays so: what is in it was promised to be shut.

All of it is made here, lies in ``kafka/tls`` with mode 0600, and leaves the folder never. In production certificates
come from the authority of the house (docs/security.md).
"""

import datetime
import ipaddress
import ssl
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from streams.local.launch import Room
from streams.local.ports import LOOPBACK
from streams.security.files import private, private_folder

INSIDE = "inside"  # the use of the port where the broker speaks to itself
AUTHORITY_DAYS, CERTIFICATE_DAYS = 3650, 398
_LEAST_DAYS = 30  # an authority with less left is made anew, and with it the file every login names
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
    """A new certificate for the broker, of the folder's authority; that too where there is none or it nears its end."""
    key, certificate = _authority(_folder(room))
    own = ec.generate_private_key(ec.SECP256R1())
    names = [x509.IPAddress(ipaddress.ip_address(LOOPBACK)), x509.DNSName("localhost")]
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    made = (
        _certificate(BROKER, own, certificate.subject, CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private(_folder(room) / "broker.pem", _pem(own) + _pem(made) + _pem(certificate))


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


def _authority(folder: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key_file, file = folder / "ca.key", folder / "ca.pem"
    if key_file.exists() and file.exists():
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        if isinstance(key, ec.EllipticCurvePrivateKey) and _days_left(certificate) > _LEAST_DAYS:
            return key, certificate
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chengxin development authority")])
    certificate = (
        _certificate(name, key, name, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_FOR_SIGNING, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private(key_file, _pem(key))
    private(file, _pem(certificate))
    return key, certificate


_FOR_SIGNING = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip


def _certificate(
    subject: str | x509.Name, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, days: int
) -> x509.CertificateBuilder:
    if isinstance(subject, str):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _days_left(certificate: x509.Certificate) -> int:
    return (certificate.not_valid_after_utc - datetime.datetime.now(datetime.UTC)).days


def _pem(made: ec.EllipticCurvePrivateKey | x509.Certificate) -> str:
    pem = serialization.Encoding.PEM
    if isinstance(made, x509.Certificate):
        return made.public_bytes(pem).decode()
    form = serialization.PrivateFormat.PKCS8
    return made.private_bytes(pem, form, serialization.NoEncryption()).decode()
