"""Whom we believe: certificates pinned for each sender, by hand.

A certificate inside a message proves nothing: anybody can make one. It counts only when it is
itself pinned for that sender, or was issued by an issuer pinned for that sender for that name.

    [[sender]]
    id = "alerts@example.org"           # CAP sender, exactly
    certificates = ["example.pem"]      # its own certificates, or
    issuers = ["agency-ca.pem"]         # who may issue certificates for it,
    names = ["alerts.example.org"]      # to which names (DNS, or common name)
"""

import tomllib
from collections.abc import Mapping
from typing import Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from tocsin.model.errors import BadSettings
from tocsin.wire.cap.keys import load_certificates

Pinned = Literal["certificate", "issuer"]


class Pins(msgspec.Struct, frozen=True, kw_only=True):
    """What is pinned for one sender."""

    certificates: tuple[x509.Certificate, ...] = ()
    issuers: tuple[x509.Certificate, ...] = ()
    names: frozenset[str] = frozenset()

    def holds(self, certificate: x509.Certificate) -> Pinned | None:
        """Return how a certificate is pinned, or None."""
        if certificate in self.certificates:
            return "certificate"
        return "issuer" if self.issuer_of(certificate) is not None else None

    def issuer_of(self, certificate: x509.Certificate) -> x509.Certificate | None:
        """Return the pinned issuer that issued it for a pinned name, or None."""
        if not self.issuers or not names_of(certificate) & self.names:
            return None
        return next((one for one in self.issuers if _issued(certificate, one)), None)


class TrustStore(msgspec.Struct, frozen=True, kw_only=True):
    """Pins by sender id."""

    senders: Mapping[str, Pins] = msgspec.field(default_factory=dict)

    def others(self, sender: str, certificate: x509.Certificate) -> list[str]:
        """Return the other senders that a certificate is pinned for."""
        return sorted(
            other
            for other, pins in self.senders.items()
            if other != sender and pins.holds(certificate)
        )


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sender]]` of the file."""

    id: str
    certificates: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sender: tuple[_Entry, ...] = ()


def trust_store(toml: bytes, pems: Mapping[str, bytes], where: str = "trust.toml") -> TrustStore:
    """Read a trust store.

    Args:
        toml: The file as shown above.
        pems: The PEM files that it names.
        where: Name of the file for errors.

    Raises:
        BadSettings: The file is wrong, or names a PEM file that is not there.
        BadInput: A PEM file holds no certificate.
    """
    try:
        file = msgspec.convert(tomllib.loads(toml.decode()), _File)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        raise BadSettings(
            str(wrong), where=where, remedy="See docs/cap.md for the form of a trust store."
        ) from wrong
    senders: dict[str, Pins] = {}
    for entry in file.sender:
        if entry.id in senders:
            raise BadSettings(
                f"sender {entry.id!r} stands twice", where=where, remedy="Put both into one entry."
            )
        senders[entry.id] = _pins(entry, pems, where)
    return TrustStore(senders=senders)


def _pins(entry: _Entry, pems: Mapping[str, bytes], where: str) -> Pins:
    if entry.issuers and not entry.names:
        raise BadSettings(
            f"issuers of {entry.id!r} without names: whoever they certify would be believed",
            where=where,
            remedy="Add names: the DNS or common names of the sender's certificates.",
        )
    if not entry.certificates and not entry.issuers:
        raise BadSettings(
            f"nothing is pinned for {entry.id!r}", where=where, remedy="Name certificates."
        )
    return Pins(
        certificates=_read(entry.certificates, pems, where),
        issuers=_read(entry.issuers, pems, where),
        names=frozenset(name.lower() for name in entry.names),
    )


def _read(
    names: tuple[str, ...], pems: Mapping[str, bytes], where: str
) -> tuple[x509.Certificate, ...]:
    for name in names:
        if name not in pems:
            raise BadSettings(
                f"no file {name!r} beside it", where=where, remedy="Put the PEM file there."
            )
    return tuple(one for name in names for one in load_certificates(pems[name], name))


def names_of(certificate: x509.Certificate) -> set[str]:
    """Return the DNS names and common names of a certificate, in small letters."""
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    names = {str(one.value).lower() for one in common}
    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return names
    return names | {name.lower() for name in alternative.value.get_values_for_type(x509.DNSName)}


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, as people compare it by telephone."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether a certificate carries the issuer's signature, and the issuer may issue."""
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
        certificate.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, UnsupportedAlgorithm, ValueError, TypeError, InvalidSignature):
        return False
    return constraints.value.ca
