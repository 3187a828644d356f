"""Keys and certificates: read from PEM, and made for exercises."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tocsin.model.errors import BadInput
from tocsin.model.units import DAY_NS, S_NS

EXERCISE = "EXERCISE, not for real alerts"
"""Organisation in certificates made for demonstrations."""


def load_key(pem: bytes, where: str = "key") -> ec.EllipticCurvePrivateKey:
    """Read a private key for signing: PEM without password, elliptic curve P-256.

    Raises BadInput where it is none.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as wrong:
        raise BadInput(
            "no private key that can be read without a password",
            where=where,
            remedy="Give a PEM file (PKCS 8), made for instance by `openssl genpkey`.",
        ) from wrong
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadInput(
            "the key is not of the kind that we sign with",
            where=where,
            remedy="Make an elliptic-curve key on P-256 (prime256v1).",
        )
    return key


def load_certificates(pem: bytes, where: str = "certificate") -> tuple[x509.Certificate, ...]:
    """Read all certificates of a PEM file; raises BadInput where there is none."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as wrong:
        raise BadInput(
            "no certificate that can be read",
            where=where,
            remedy="Give a PEM file with BEGIN CERTIFICATE.",
        ) from wrong


def must_be_valid(certificate: x509.Certificate, t_ns: int, where: str = "certificate") -> None:
    """Refuse a certificate to sign with that no receiver would take at a time (Unix ns UTC).

    Raises BadInput where it is not valid yet, or no longer.
    """
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begin <= _datetime(t_ns) <= end:
        raise BadInput(
            f"it is valid from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC, and it is "
            f"{_datetime(t_ns):%Y-%m-%d %H:%M}: no receiver would take its signatures",
            where=where,
            remedy="Name a certificate that is valid, and tell the receivers to pin it.",
        )


def exercise_identity(sender: str, t_from_ns: int, days: int = 365) -> tuple[bytes, bytes]:
    """Make a key and a self-signed certificate for exercises and demonstrations.

    Args:
        sender: CAP sender id; it becomes the common name (its first 64 characters).
        t_from_ns: The certificate is valid from here, Unix ns UTC.
        days: And for so long.

    Returns:
        Private key and certificate, PEM. Two calls give two keys: the caller keeps them.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, EXERCISE),
            x509.NameAttribute(NameOID.COMMON_NAME, sender[:64]),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_datetime(t_from_ns))
        .not_valid_after(_datetime(t_from_ns + days * DAY_NS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signing_only(), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)


def _signing_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _datetime(t_ns: int) -> datetime:
    return datetime.fromtimestamp(t_ns // S_NS, tz=UTC)
