"""Sign an alert: XML-DSig, enveloped, ECDSA on P-256 with SHA-256, exclusive canonical XML.

W3C XML Signature 1.1 as CAP 1.2 section 3.3.4.1 asks. The nonce of ECDSA comes from key and
message (RFC 6979), so that the same alert signed again by the same key gives the same bytes.
"""

import base64
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from tocsin.model.errors import BadInput
from tocsin.model.raw import Rejected
from tocsin.wire.cap.elements import SIGNATURES
from tocsin.wire.cap.tree import alert_tree


class _Repeatable:
    """A private key whose signature depends on nothing but key and message."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.key_size = key.key_size

    def sign(self, data: bytes, signature_algorithm: ec.ECDSA) -> bytes:
        """Sign as signxml asks, with a nonce that is worked out instead of drawn."""
        algorithm = ec.ECDSA(signature_algorithm.algorithm, deterministic_signing=True)
        return self._key.sign(data, signature_algorithm=algorithm)


def sign(xml: bytes, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    """Return an alert with its signature, without insignificant white space.

    Args:
        xml: An unsigned alert.
        key: Private key on P-256; see `tocsin.wire.cap.keys.load_key`.
        certificate: That of the key; it is put into the message to tell which one to look up.

    Raises:
        BadInput: It is no alert, is signed already, or the certificate is another key's.
    """
    root = _unsigned(xml)
    if _public(certificate) != _public(key):
        raise BadInput(
            "the certificate belongs to another key",
            where="certificate",
            remedy="Name the certificate that was made for this key.",
        )
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    repeatable: Any = _Repeatable(key)
    signed = signer.sign(root, key=repeatable, key_info=_key_info(certificate), reference_uri=None)
    return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")


def _unsigned(xml: bytes) -> etree._Element:
    """Return the tree of an unsigned alert without white space between elements."""
    root = alert_tree(xml)
    if isinstance(root, Rejected):
        raise BadInput(root.detail, where="alert to sign", remedy="Sign a CAP alert.")
    if next(root.iter(f"{{{SIGNATURES}}}Signature"), None) is not None:
        raise BadInput("it is signed already", where="alert to sign", remedy="Sign it once.")
    for node in root.iter("*"):
        node.tail = None
        if len(node) and not (node.text or "").strip():
            node.text = None
    return root


def _public(holder: x509.Certificate | ec.EllipticCurvePrivateKey) -> bytes:
    return holder.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _key_info(certificate: x509.Certificate) -> etree._Element:
    """Return `KeyInfo` with the certificate in one line."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    info = etree.Element(f"{{{SIGNATURES}}}KeyInfo", nsmap={"ds": SIGNATURES})
    data = etree.SubElement(info, f"{{{SIGNATURES}}}X509Data")
    etree.SubElement(data, f"{{{SIGNATURES}}}X509Certificate").text = base64.b64encode(der).decode()
    return info
