"""The shape of a signature: one narrow profile, so that a message cannot choose what is checked."""

import base64
import binascii

import msgspec
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from tocsin.wire.cap.elements import SIGNATURES
from tocsin.wire.cap.tree import flat, local

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
CANONICAL = frozenset(
    {
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
    }
)
"""Canonical XML 1.0, 1.1 and exclusive, without comments."""
METHODS = frozenset(
    {
        *(SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384, SignatureMethod.ECDSA_SHA512),
        *(SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512),
        *(SignatureMethod.SHA256_RSA_MGF1, SignatureMethod.SHA384_RSA_MGF1),
        SignatureMethod.SHA512_RSA_MGF1,
    }
)
"""No HMAC (whoever can check can forge), no DSA, no SHA-1, no short hash."""
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})

_METHODS = {method.value for method in METHODS}
_DIGESTS = {digest.value for digest in DIGESTS}


class Refused(Exception):
    """A signature that is not taken: a key of `verifying.VERDICTS`, and what exactly."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(reason)


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature of the right shape."""

    certificates: tuple[bytes, ...]
    """As they stand in the message (DER): hints which pin to look up, no more."""


def the_signature(root: etree._Element) -> Signature:
    """Return the one signature of an alert; raises Refused where its shape is not the profile's."""
    found = list(root.iter(f"{{{SIGNATURES}}}Signature"))
    if not found:
        raise Refused("unsigned", "no Signature element")
    if len(found) > 1:
        raise Refused("doubly-signed", f"{len(found)} Signature elements")
    node = found[0]
    if node.getparent() is not root:
        raise Refused("misplaced-signature", "it stands inside another element")
    parts = [local(child) for child in node.iterchildren("*")]
    if "Object" in parts:
        raise Refused("partial-signature", "an Object, which may hide another alert")
    if parts not in (["SignedInfo", "SignatureValue"], ["SignedInfo", "SignatureValue", "KeyInfo"]):
        raise Refused("malformed-signature", f"parts are {', '.join(parts)[:120] or 'missing'}")
    _signed_info(node[0])
    _exact("SignatureValue", node[1])
    return Signature(certificates=tuple(_exact(local(one), one) for one in _certificates(node)))


def _certificates(node: etree._Element) -> list[etree._Element]:
    return list(node.iter(f"{{{SIGNATURES}}}X509Certificate"))


def _signed_info(node: etree._Element) -> None:
    """Check that it is about the whole document, by safe algorithms."""
    parts = list(node.iterchildren("*"))
    if [local(part) for part in parts[:2]] != ["CanonicalizationMethod", "SignatureMethod"]:
        raise Refused("malformed-signature", "SignedInfo is not in order")
    _listed(parts[0], CANONICAL)
    _listed(parts[1], _METHODS)
    references = parts[2:]
    if len(references) != 1 or local(references[0]) != "Reference":
        raise Refused("partial-signature", f"{len(references)} references, one is wanted")
    _reference(references[0])


def _reference(node: etree._Element) -> None:
    uri = node.get("URI")
    if uri != "":
        raise Refused("partial-signature", f"it refers to {uri!r}, not to the whole document")
    parts = list(node.iterchildren("*"))
    if [local(part) for part in parts] != ["Transforms", "DigestMethod", "DigestValue"]:
        raise Refused("malformed-signature", "Reference is not in order")
    transforms = [part.get("Algorithm", "") for part in parts[0].iterchildren("*")]
    if transforms[:1] != [ENVELOPED] or not set(transforms[1:]) <= CANONICAL or len(transforms) > 2:
        raise Refused("partial-signature", "transforms other than enveloped and canonical")
    _listed(parts[1], _DIGESTS)
    _exact("DigestValue", parts[2])


def _listed(node: etree._Element, allowed: frozenset[str] | set[str]) -> None:
    algorithm = node.get("Algorithm", "")
    if algorithm not in allowed:
        raise Refused("wrong-algorithm", f"{local(node)} is {algorithm[:100] or 'missing'}")


def _exact(name: str, node: etree._Element) -> bytes:
    """Decode base64 that has one form only.

    The last letter may carry bits that loose decoders do not look at: bytes of a signature could
    be changed there unseen. RFC 4648 section 3.5 lets a decoder refuse that.
    """
    text = "".join(flat(node).split())
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise Refused("malformed-signature", f"{name} is not proper base64")
    return data
