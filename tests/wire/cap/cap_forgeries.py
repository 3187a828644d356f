"""Alerts whose signature must not be believed, each with the reason that must be named.

Used by tests and by bench/cap.py. Keys are made anew: only verdicts are compared.
"""

import base64
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import NamedTuple

from cap_samples import SENDER, T0_NS, emitted
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from tocsin.wire.cap.encode import encode
from tocsin.wire.cap.keys import exercise_identity, load_certificates, load_key
from tocsin.wire.cap.signing import sign
from tocsin.wire.cap.trust import Pins, TrustStore

P256 = ec.SECP256R1()
DAY_NS = 86_400 * 10**9
OTHER = "alerts@neighbour.invalid"
AGENCY = "alerts@agency.invalid"
WEAK = "alerts@weak.invalid"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


class Identity(NamedTuple):
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


class Forgery(NamedTuple):
    name: str
    reason: str
    xml: bytes
    t_ns: int = T0_NS


def identity(sender: str, days_before: int = 10, days: int = 365) -> Identity:
    key, certificate = exercise_identity(sender, T0_NS - days_before * DAY_NS, days)
    return Identity(load_key(key), load_certificates(certificate)[0])


def issued(
    issuer: Identity,
    name: str,
    days_before: int = 10,
    *,
    ca: bool = False,
    curve: ec.EllipticCurve = P256,
) -> Identity:
    """Return an identity that an issuer has certified; the issuer of itself is a root."""
    key = ec.generate_private_key(curve) if not ca else issuer.key
    begin = datetime.fromtimestamp(T0_NS / 1e9 - days_before * 86_400, tz=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
            if ca
            else issuer.certificate.subject
        )
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin.replace(year=begin.year + 1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    return Identity(key, builder.sign(issuer.key, hashes.SHA256()))


class World(NamedTuple):
    """Who is who."""

    ours: Identity
    other: Identity
    forger: Identity
    root: Identity
    agency: Identity
    weak: Identity
    trust: TrustStore


def world() -> World:
    ours, other, forger = identity(SENDER), identity(OTHER), identity(SENDER)
    root = issued(forger, "Agency CA", ca=True)
    agency = issued(root, "cap.agency.invalid")
    weak = issued(root, "cap.weak.invalid", curve=ec.SECP224R1())
    trust = TrustStore(
        senders={
            SENDER: Pins(certificates=(ours.certificate,)),
            OTHER: Pins(certificates=(other.certificate,)),
            WEAK: Pins(certificates=(weak.certificate,)),
            AGENCY: Pins(issuers=(root.certificate,), names=frozenset({"cap.agency.invalid"})),
        }
    )
    return World(ours, other, forger, root, agency, weak, trust)


def alert_xml(sender: str = SENDER) -> bytes:
    return encode(emitted()["WARN"]).replace(SENDER.encode(), sender.encode())


def forgeries(who: World) -> Iterator[Forgery]:
    """Yield every forgery."""
    signed = sign(alert_xml(), *who.ours)
    yield from strangers(who)
    yield from shapes(signed, who)
    yield from algorithms(signed, who)
    yield from altered(signed, who)
    yield Forgery("expired", "expired", signed, T0_NS + 400 * DAY_NS)
    yield Forgery("not yet valid", "not-yet-valid", signed, T0_NS - 11 * DAY_NS)


def strangers(who: World) -> Iterator[Forgery]:
    yield Forgery("unsigned", "unsigned", alert_xml())
    yield Forgery("no alert", "unreadable", b"<alert/>")
    yield Forgery("self-signed", "unknown-certificate", sign(alert_xml(), *who.forger))
    yield Forgery("of a neighbour", "other-sender", sign(alert_xml(), *who.other))
    unknown = alert_xml("nobody@known.invalid")
    yield Forgery("nobody", "unknown-sender", sign(unknown, *who.ours))
    agency = alert_xml(AGENCY)
    stranger = issued(who.root, "other.agency.invalid")
    yield Forgery("issued to another name", "unknown-certificate", sign(agency, *stranger))
    false_root = issued(identity("x"), "Agency CA", ca=True)
    false = issued(false_root, "cap.agency.invalid")
    yield Forgery("false issuer", "unknown-certificate", sign(agency, *false))
    late = issued(who.root, "cap.agency.invalid", days_before=-1)
    yield Forgery("issued for tomorrow", "not-yet-valid", sign(agency, *late))
    old = issued(who.root, "cap.agency.invalid", days_before=400)
    yield Forgery("issued last year", "expired", sign(agency, *old))
    no_ca = issued(who.agency, "cap.agency.invalid")
    yield Forgery("issued by a leaf", "unknown-certificate", sign(agency, *no_ca))
    weak = sign(alert_xml(WEAK), *who.weak)
    yield Forgery("a pinned key that is too short", "weak-key", weak)
    borrowed = etree.fromstring(sign(alert_xml(), *who.forger))
    der = who.ours.certificate.public_bytes(serialization.Encoding.DER)
    borrowed.find(f".//{DS}X509Certificate").text = base64.b64encode(der).decode()
    yield Forgery("our certificate, another key", "altered", etree.tostring(borrowed))
    bare = etree.fromstring(sign(alert_xml(), *who.forger))
    info = bare.find(f".//{DS}KeyInfo")
    info.getparent().remove(info)
    yield Forgery("no certificate, another key", "altered", etree.tostring(bare))


def shapes(signed: bytes, who: World) -> Iterator[Forgery]:
    def changed(work) -> bytes:
        root = etree.fromstring(signed)
        work(root, root.find(f"{DS}Signature"))
        return etree.tostring(root)

    twice = changed(lambda root, sig: root.append(deepcopy(sig)))
    yield Forgery("the same signature twice", "doubly-signed", twice)
    second = etree.fromstring(sign(alert_xml(), *who.forger)).find(f"{DS}Signature")
    yield Forgery("two signers", "doubly-signed", changed(lambda root, sig: root.append(second)))
    inside = changed(lambda root, sig: root[-2].append(sig))
    yield Forgery("inside info", "misplaced-signature", inside)
    yield Forgery("wrapped whole", "misplaced-signature", wrapped_whole(signed))
    yield Forgery("wrapped as object", "partial-signature", wrapped_object(signed))
    yield Forgery("covers info only", "partial-signature", info_only(who))
    for uri in ("#x", "http://example.invalid/a.xml", "#xpointer(/)", "#"):
        work = changed(lambda root, sig, uri=uri: sig.find(f".//{DS}Reference").set("URI", uri))
        yield Forgery(f"reference {uri}", "partial-signature", work)
    no_uri = changed(lambda root, sig: sig.find(f".//{DS}Reference").attrib.pop("URI"))
    yield Forgery("reference to nothing", "partial-signature", no_uri)
    none = changed(lambda root, sig: _drop(sig.find(f".//{DS}Reference")))
    yield Forgery("no reference", "partial-signature", none)
    two = changed(lambda root, sig: _again(sig.find(f".//{DS}Reference")))
    yield Forgery("two references", "partial-signature", two)
    for algorithm in ("http://www.w3.org/TR/1999/REC-xpath-19991116",
                      "http://www.w3.org/TR/1999/REC-xslt-19991116",
                      "http://www.w3.org/2000/09/xmldsig#base64"):  # fmt: skip
        work = changed(lambda root, sig, a=algorithm: _transform(sig, a))
        yield Forgery(f"transform {algorithm[-20:]}", "partial-signature", work)
    for name in ("SignatureValue", "SignedInfo"):
        gone = changed(lambda root, sig, name=name: _drop(sig.find(f"{DS}{name}")))
        yield Forgery(f"no {name}", "malformed-signature", gone)
    for name in ("SignatureValue", "DigestValue", "X509Certificate"):
        for text in ("", "AAA", "not base64!", "QUJD QUJE="):
            work = changed(lambda root, sig, n=name, t=text: _set(sig, n, t))
            yield Forgery(f"{name} {text!r}", "malformed-signature", work)
        spare = changed(lambda root, sig, n=name: _spare_bits(sig, n))
        if spare != changed(lambda root, sig: None):
            yield Forgery(f"{name} spare bits", "malformed-signature", spare)
    garbage = base64.b64encode(b"no certificate").decode()
    yield Forgery("certificate of nonsense", "bad-certificate",
                  changed(lambda root, sig: _set(sig, "X509Certificate", garbage)))  # fmt: skip
    info = changed(lambda root, sig: sig[0].append(sig[0][0]))
    yield Forgery("SignedInfo out of order", "malformed-signature", info)
    parts = changed(lambda root, sig: _drop(sig.find(f".//{DS}DigestMethod")))
    yield Forgery("Reference without method", "malformed-signature", parts)
    empty = changed(lambda root, sig: [sig.remove(child) for child in list(sig)])
    yield Forgery("empty", "malformed-signature", empty)


def _drop(node: etree._Element) -> None:
    node.getparent().remove(node)


def _again(node: etree._Element) -> None:
    node.addnext(deepcopy(node))


def _transform(signature: etree._Element, algorithm: str) -> None:
    node = etree.SubElement(signature.find(f".//{DS}Transforms"), f"{DS}Transform")
    node.set("Algorithm", algorithm)


def _set(signature: etree._Element, name: str, text: str) -> None:
    signature.find(f".//{DS}{name}").text = text


def _spare_bits(signature: etree._Element, name: str) -> None:
    """Change bits of the last letter that a decoder does not look at, where there are such."""
    node = signature.find(f".//{DS}{name}")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    text = "".join(node.text.split())
    body, tail = text.rstrip("="), text[len(text.rstrip("=")) :]
    if tail:
        node.text = f"{body[:-1]}{letters[letters.index(body[-1]) | 1]}{tail}"


def wrapped_whole(signed: bytes) -> bytes:
    """Put a false alert about a true, signed one."""
    false = etree.fromstring(alert_xml().replace(b"GO INDOORS", b"GO OUT"))
    holder = etree.SubElement(false, "{urn:example:other}old")
    holder.append(etree.fromstring(signed))
    return etree.tostring(false)


def wrapped_object(signed: bytes) -> bytes:
    """Put the true alert into an Object of its own signature, which then refers to it."""
    true = etree.fromstring(signed)
    signature = true.find(f"{DS}Signature")
    true.remove(signature)
    true.set("Id", "true")
    false = etree.fromstring(alert_xml().replace(b"GO INDOORS", b"GO OUT"))
    false.append(signature)
    etree.SubElement(signature, f"{DS}Object").append(true)
    signature.find(f".//{DS}Reference").set("URI", "#true")
    return etree.tostring(false)


def info_only(who: World) -> bytes:
    """Sign one info block with the right key; the rest of the alert is free to change."""
    root = etree.fromstring(alert_xml())
    root[-1].set("Id", "one")
    pem = who.ours.certificate.public_bytes(serialization.Encoding.PEM).decode()
    signer = XMLSigner(signature_algorithm=SignatureMethod.ECDSA_SHA256)
    return etree.tostring(signer.sign(root, key=who.ours.key, cert=pem, reference_uri="#one"))


def algorithms(signed: bytes, who: World) -> Iterator[Forgery]:
    forbidden = {
        "SignatureMethod": (
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            "http://www.w3.org/2009/xmldsig11#dsa-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha224",
            "none",
            "",
        ),
        "DigestMethod": (
            "http://www.w3.org/2000/09/xmldsig#sha1",
            "http://www.w3.org/2001/04/xmldsig-more#md5",
            "none",
        ),
        "CanonicalizationMethod": (
            "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
            "http://www.w3.org/2010/xml-c14n2",
            "none",
        ),
    }
    for name, found in forbidden.items():
        for algorithm in found:
            root = etree.fromstring(signed)
            root.find(f".//{DS}{name}").set("Algorithm", algorithm)
            yield Forgery(f"{name} {algorithm}", "wrong-algorithm", etree.tostring(root))
    public = who.ours.certificate.public_bytes(serialization.Encoding.PEM)
    signer = XMLSigner(signature_algorithm=SignatureMethod.HMAC_SHA256,
                       digest_algorithm=DigestAlgorithm.SHA256)  # fmt: skip
    keyed = etree.tostring(signer.sign(etree.fromstring(alert_xml()), key=public))
    yield Forgery("HMAC with our certificate as the secret", "wrong-algorithm", keyed)


def altered(signed: bytes, who: World) -> Iterator[Forgery]:
    """Yield the alert with each of its texts changed, and with parts added, taken and moved."""
    count = len(list(etree.fromstring(signed).iter("*")))
    for at in range(count):
        root = etree.fromstring(signed)
        node = list(root.iter("*"))[at]
        if len(node) or node.tag.startswith(DS):
            continue
        name = etree.QName(node).localname
        if name == "sender":
            node.text = OTHER
            yield Forgery("sender of a neighbour", "other-sender", etree.tostring(root))
            continue
        node.text += "."
        yield Forgery(f"{name} {at}", "altered", etree.tostring(root))
    for name in ("info", "status"):
        root = etree.fromstring(signed)
        _drop(root.find(f"{{*}}{name}"))
        yield Forgery(f"without {name}", "altered", etree.tostring(root))
    root = etree.fromstring(signed)
    _again(root.find("{*}info"))
    yield Forgery("a block twice", "altered", etree.tostring(root))
    root = etree.fromstring(signed)
    root.insert(0, root[1])
    yield Forgery("parts moved", "altered", etree.tostring(root))
    again = etree.fromstring(sign(alert_xml().replace(b"GO INDOORS", b"GO OUT"), *who.ours))
    value = again.find(f".//{DS}SignatureValue").text
    root = etree.fromstring(signed)
    root.find(f".//{DS}SignatureValue").text = value
    yield Forgery("signature of another alert", "altered", etree.tostring(root))
    root = etree.fromstring(signed)
    root.find(f".//{DS}DigestValue").text = again.find(f".//{DS}DigestValue").text
    yield Forgery("digest of another alert", "altered", etree.tostring(root))
