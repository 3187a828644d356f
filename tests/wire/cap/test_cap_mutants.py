"""Every reason of the checker: what is sound is not refused, what is wrong is named."""

from typing import NamedTuple

import pytest
from cap_mutants import Mutant, mutants
from cap_samples import emitted, rich
from lxml import etree

from tocsin.wire.cap.check import MOST_FINDINGS, check, is_sound
from tocsin.wire.cap.encode import encode
from tocsin.wire.cap.findings import Finding
from tocsin.wire.cap.reasons import REASONS


class Tried(NamedTuple):
    """A mutant and what was found in it."""

    mutant: Mutant
    strict: tuple[Finding, ...]
    reading: tuple[Finding, ...]


@pytest.fixture(scope="module")
def tried() -> list[Tried]:
    return [
        Tried(one, check(one.xml, strict=True, **one.options), check(one.xml, **one.options))
        for one in mutants()
    ]


CHECKLIST = {
    "CERTAINTY_VERY_LIKELY_DEPRECATED",
    "CIRCULAR_REFERENCE",
    "DUPLICATE_ELEMENT",
    "INVALID_ALTITUDE_CEILING_RANGE",
    "INVALID_AREA",
    "INVALID_CHARACTERS",
    "INVALID_CIRCLE",
    "INVALID_DATE",
    "INVALID_DEREF_URI",
    "INVALID_ENUM_VALUE",
    "INVALID_IDENTIFIER",
    "INVALID_LANGUAGE",
    "INVALID_MIME_TYPE",
    "INVALID_POLYGON",
    "INVALID_POLYGON_SELF_INTERSECTION",
    "INVALID_REFERENCES",
    "INVALID_RESOURCE_SIZE",
    "INVALID_RESOURCE_URI",
    "INVALID_SENDER",
    "INVALID_SEQUENCE",
    "INVALID_URI",
    "INVALID_VALUE",
    "INVALID_WEB",
    "MISSING_REQUIRED_ELEMENT",
    "OTHER",
    "PASSWORD_DEPRECATED",
    "POSTDATED_REFERENCE",
    "RELATIVE_URI_MISSING_DEREF_URI",
    "RESTRICTION_SCOPE_MISMATCH",
    "SAME_TEXT_DIFFERENT_LANGUAGE",
    "TEXT_CONTAINS_HTML_ENTITIES",
    "TEXT_CONTAINS_HTML_TAGS",
    "UNSUPPORTED_ELEMENT",
}
"""google/cap-library, CapException.ReasonType."""


@pytest.fixture(scope="session")
def schema(shared_data) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared_data / "cap" / "ibm" / "CAP-v1.2.xsd"))


@pytest.mark.parametrize("name", [*emitted(), "rich"])
def test_what_we_emit_is_sound_by_our_own_strict_check(name: str) -> None:
    """A checker that refuses our own alerts would stop a warning."""
    alert = rich() if name == "rich" else emitted()[name]
    assert check(alert, strict=True) == ()


def test_what_we_emit_passes_the_oasis_schema(schema) -> None:
    """The structure rules are in tables of ours; the schema must agree with them."""
    for alert in (*emitted().values(), rich()):
        schema.assertValid(etree.fromstring(encode(alert)))


def test_there_are_at_least_300_mutants_over_all_reasons(tried) -> None:
    """A reason that no mutant provokes is a reason that nobody has seen work."""
    assert len(tried) >= 300
    assert {one.mutant.code for one in tried} == set(REASONS)


def test_every_mutant_is_refused_with_its_reason(tried) -> None:
    """Strict, as for what we send: none accepted, and the right reason among those named."""
    wrong = [
        (mutant.name, codes)
        for mutant, strict, _ in tried
        if mutant.code not in (codes := [one.code for one in strict]) or is_sound(strict)
    ]
    assert not wrong, wrong[:10]


def test_every_mutant_is_named_in_reading_too(tried) -> None:
    """Tolerant is not blind: what is only a warning is still said."""
    for mutant, _, reading in tried:
        found = {one.code: one for one in reading}
        assert mutant.code in found, mutant.name
        assert found[mutant.code].severity == REASONS[mutant.code].reading


def test_what_the_schema_refuses_we_refuse(tried, schema) -> None:
    """Our tables of structure are no laxer than the schema that we may not ship."""
    refused = 0
    for mutant, strict, _ in tried:
        try:
            root = etree.fromstring(mutant.xml)
        except etree.XMLSyntaxError:
            continue
        if not schema.validate(root):
            refused += 1
            assert not is_sound(strict), mutant.name
    assert refused > 100


def test_findings_say_where_and_what_to_do(tried) -> None:
    """A finding without place and remedy sends the duty officer to the standard."""
    for _, strict, _ in tried:
        for one in strict:
            assert one.what
            assert one.remedy.endswith(".")
            assert "\n" not in str(one)
            assert not one.where or one.where.startswith("alert")


def test_the_whole_public_checklist_is_covered() -> None:
    """The reasons of google/cap-library, each by at least one of ours."""
    covered = {name for row in REASONS.values() for name in row.checklist.split(", ") if name}
    assert covered == CHECKLIST


def test_a_path_and_a_line_lead_to_the_fault() -> None:
    """`alert/info[2]/area/polygon`, and the line of the file."""
    xml = etree.tostring(etree.fromstring(encode(emitted()["WARN"])), pretty_print=True)
    lines = xml.decode().splitlines()
    at = [n for n, line in enumerate(lines, 1) if "<polygon>" in line][1]
    lines[at - 1] = "<polygon>45,28</polygon>"
    (found,) = (one for one in check("\n".join(lines).encode()) if one.code == "too-few-points")
    assert (found.where, found.line) == ("alert/info[2]/area/polygon", at)


def test_a_million_faults_give_a_hundred_findings() -> None:
    """Nobody reads more; a file made to harm must not fill the memory."""
    body = "<x>1</x>" * 15_000
    xml = f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">{body}</alert>'.encode()
    assert len(check(xml)) == MOST_FINDINGS
