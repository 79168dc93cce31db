"""Certificates of a secure local stack: an authority of its own and the broker's, made here and kept in its folder."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from streams.local.ports import LOOPBACK
from streams.security.files import private

AUTHORITY_DAYS, CERTIFICATE_DAYS = 3650, 398
_LEAST_DAYS = 30  # an authority with less left is made anew, and with it the file every login names


def renew(folder: Path, name: str) -> None:
    """A new certificate for the broker ``name`` in ``folder``, of the folder's authority; that too where there is
    none, or it nears its end."""
    key, certificate = _authority(folder)
    own = ec.generate_private_key(ec.SECP256R1())
    names = [x509.IPAddress(ipaddress.ip_address(LOOPBACK)), x509.DNSName("localhost")]
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    made = (
        _certificate(name, own, certificate.subject, CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private(folder / "broker.pem", _pem(own) + _pem(made) + _pem(certificate))


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
