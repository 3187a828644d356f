"""Is the signature sound, whole, and of a key that is pinned for this very sender?

The shape of the signature is held to one narrow profile before any mathematics: one signature,
a child of the alert; one reference, to the whole document; only the enveloped and canonical
transforms; no old algorithm. What a message cannot choose it cannot abuse.

Some senders sign without the white space that they then send. So the file is tried as it is
first, then without white space between elements, and the verdict says which one matched.
"""

from datetime import UTC, datetime
from typing import Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature as BadMathematics
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from tocsin.model.raw import Rejected
from tocsin.model.units import S_NS
from tocsin.wire.cap.envelope import DIGESTS, METHODS, Refused, Signature, the_signature
from tocsin.wire.cap.tree import alert_tree, text_of
from tocsin.wire.cap.trust import Pinned, Pins, TrustStore, fingerprint, names_of

Form = Literal["", "raw", "stripped"]

VERDICTS = {
    "verified": "The signature is sound and of a key pinned for this sender.",
    "unsigned": "There is no signature.",
    "unreadable": "The file is no alert that can be read.",
    "doubly-signed": "There is more than one signature; which one counts is unclear.",
    "misplaced-signature": "The signature does not stand directly in the alert.",
    "partial-signature": "The signature covers a part, or something other than this alert.",
    "wrong-algorithm": "The signature uses an algorithm that is not safe, or none.",
    "malformed-signature": "The signature is damaged.",
    "bad-certificate": "The certificate in the message cannot be read.",
    "unknown-sender": "Nothing is pinned for this sender.",
    "unknown-certificate": "The certificate is not pinned for this sender.",
    "other-sender": "The certificate is pinned, but for another sender.",
    "weak-key": "The key is of a kind or length that is not safe.",
    "not-yet-valid": "The certificate is not valid yet at that time.",
    "expired": "The certificate is no longer valid at that time.",
    "altered": "The alert is not what was signed, or another key signed it.",
}
"""Every reason of a verdict, in plain words."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a signature is worth."""

    reason: str
    """A key of `VERDICTS`."""
    detail: str
    sender: str
    t_ns: int
    """Time of verification, Unix ns UTC."""
    form: Form = ""
    """Which form of the file matched: as it came, or without white space between elements."""
    subject: str = ""
    """Of the certificate whose key signed."""
    fingerprint: str = ""
    """SHA-256 of that certificate."""
    pinned: Pinned | Literal[""] = ""
    """Whether that certificate or its issuer is pinned."""

    @property
    def valid(self) -> bool:
        """Whether the alert may be believed to come from its sender."""
        return self.reason == "verified"


def verify(xml: bytes, trust: TrustStore, t_ns: int) -> Verdict:
    """Judge the signature of an alert.

    Args:
        xml: The file as received.
        trust: Pins by sender.
        t_ns: Time at which certificates must be valid: that of receipt, Unix ns UTC.
    """
    root = alert_tree(xml)
    if isinstance(root, Rejected):
        return Verdict(reason="unreadable", detail=root.detail, sender="", t_ns=t_ns)
    sender = text_of(root, "sender")
    try:
        signature = the_signature(root)
        pins = _pins(trust, sender)
        certificate, pinned = _trusted(signature, trust, pins, sender)
        _in_time(certificate, pins, t_ns)
        form = _matching_form(xml, certificate, t_ns)
    except Refused as refused:
        return Verdict(reason=refused.reason, detail=refused.detail, sender=sender, t_ns=t_ns)
    return Verdict(
        reason="verified",
        detail=VERDICTS["verified"],
        sender=sender,
        t_ns=t_ns,
        form=form,
        subject=certificate.subject.rfc4514_string(),
        fingerprint=fingerprint(certificate),
        pinned=pinned,
    )


def _pins(trust: TrustStore, sender: str) -> Pins:
    pins = trust.senders.get(sender)
    if pins is None:
        raise Refused("unknown-sender", f"nothing is pinned for {sender[:80]!r}")
    return pins


def _trusted(
    signature: Signature, trust: TrustStore, pins: Pins, sender: str
) -> tuple[x509.Certificate, Pinned]:
    """Return the certificate of the message that is pinned for the sender."""
    certificates = [_certificate(der) for der in signature.certificates]
    for certificate in certificates:
        if pinned := pins.holds(certificate):
            return _strong(certificate), pinned
    for certificate in certificates:
        if others := trust.others(sender, certificate):
            raise Refused("other-sender", f"pinned for {others[0]}")
        raise Refused("unknown-certificate", certificate.subject.rfc4514_string()[:120])
    if len(pins.certificates) == 1:
        return _strong(pins.certificates[0]), "certificate"
    raise Refused("unknown-certificate", "there is none in the message")


def _certificate(der: bytes) -> x509.Certificate:
    """Read a certificate of a message, with all parts that are looked at afterwards.

    The library raises errors of many kinds for damaged ones, some of them of no common root.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        certificate.subject.rfc4514_string()
        names_of(certificate)
    except Exception as wrong:
        raise Refused("bad-certificate", str(wrong)[:120]) from wrong
    return certificate


def _strong(certificate: x509.Certificate) -> x509.Certificate:
    """Return a certificate whose key is one that we take: P-256 to P-521, RSA from 2048 bits."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return certificate
    curves = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, curves):
        return certificate
    raise Refused("weak-key", f"{type(key).__name__}, {getattr(key, 'key_size', '?')} bits")


def _in_time(certificate: x509.Certificate, pins: Pins, t_ns: int) -> None:
    """Refuse a certificate, or its pinned issuer, outside its time."""
    issuer = None if certificate in pins.certificates else pins.issuer_of(certificate)
    moment = _datetime(t_ns)
    for one in (certificate, issuer):
        if one is None:
            continue
        if moment < one.not_valid_before_utc:
            raise Refused("not-yet-valid", f"valid from {one.not_valid_before_utc:%Y-%m-%d %H:%M}")
        if moment > one.not_valid_after_utc:
            raise Refused("expired", f"valid until {one.not_valid_after_utc:%Y-%m-%d %H:%M}")


def _matching_form(xml: bytes, certificate: x509.Certificate, t_ns: int) -> Form:
    """Return the form of the file that the signature matches; raises Refused for none."""
    forms: tuple[Form, ...] = ("raw", "stripped")
    for form in forms:
        root = etree.fromstring(xml, _parser(blank=form == "raw"))
        if _matches(root, certificate, t_ns):
            return form
    raise Refused("altered", "neither as it came nor without white space does it match")


def _parser(*, blank: bool) -> etree.XMLParser:
    """Return a safe parser that keeps all that is signed, with or without blank text."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=not blank
    )


def _matches(root: etree._Element, certificate: x509.Certificate, t_ns: int) -> bool:
    wanted = SignatureConfiguration(
        location="./",
        signature_methods=METHODS,
        digest_algorithms=DIGESTS,
        ignore_ambiguous_key_info=True,
        verification_time=_datetime(t_ns),
    )
    try:
        XMLVerifier().verify(root, x509_cert=certificate, expect_config=wanted)
    except (SignXMLException, BadMathematics, etree.LxmlError, ValueError, TypeError):
        return False
    return True


def _datetime(t_ns: int) -> datetime:
    return datetime.fromtimestamp(t_ns // S_NS, tz=UTC)
