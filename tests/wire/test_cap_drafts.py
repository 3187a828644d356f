"""A draft as a CAP alert: valid, plainly a draft, and closed where a ring must be closed."""

from pathlib import Path

import msgspec
import pytest
from lxml import etree

from tocsin.model.alert import AlertText, Draft, Reason
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.drafts import GRADINGS, build

T0_NS = 1_780_000_000_123_000_000
SENDER = "draft@tocsin.invalid"
NAMES = {"ro": "ISU Galați", "en": "Galați Inspectorate"}


def text(language: str) -> AlertText:
    return AlertText(
        language=language,
        headline=f"Avertizare <{language}> & DRONĂ",
        description="Sursa: ISU. Pericol: DRONĂ. Loc: Galați.",
        instruction="Ce faceți: INTRAȚI. Timp: în 6–9 minute.",
        area="județul Galați",
    )


@pytest.fixture
def draft() -> Draft:
    reason = Reason(
        track_id=17,
        border_prob=0.6,
        place_id="p1",
        place_prob=0.42,
        within_s=600.0,
        t_p05_ns=None,
        t_p95_ns=None,
        sentence="Track 17 ...",
        evidence=((7, 1),),
    )
    return Draft(
        id="galati-warn-20260528T202640123Z",
        zone_id="galati",
        level="WARN",
        t_drafted_ns=T0_NS,
        t_expires_ns=T0_NS + 1800 * 10**9,
        texts=(text("ro-RO"), text("en-GB")),
        rings_lonlat_deg=(((28.0, 45.0), (28.3, 45.1), (28.1, 45.2)),),
        population=5000,
        reasons=(reason,),
        replaces="",
        synthetic=True,
    )


@pytest.fixture(scope="session")
def schema(shared_data: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared_data / "cap" / "ibm" / "CAP-v1.2.xsd"))


@pytest.mark.parametrize("level", GRADINGS)
@pytest.mark.parametrize("replaces", ["", "galati-prepare-20260528T202000000Z"])
def test_every_draft_passes_the_oasis_schema(level, replaces, draft, schema) -> None:
    """A draft that a partner's machine refuses is no warning."""
    draft = msgspec.structs.replace(
        draft, level=level, replaces=replaces, replaces_t_ns=T0_NS if replaces else None
    )
    schema.assertValid(etree.fromstring(build(draft, SENDER, NAMES)))


def test_a_draft_is_a_draft_for_those_on_duty(draft) -> None:
    """Nothing that was not approved may look like something that can be acted upon."""
    alert = parse(build(draft, SENDER, NAMES))
    assert (alert.status, alert.scope, alert.msg_type) == ("Draft", "Restricted", "Alert")
    assert alert.restriction
    assert alert.identifier == draft.id
    assert alert.references == ""


def test_synthetic_data_is_called_an_exercise(draft) -> None:
    """A leaked demonstration must not be believed."""
    assert "EXERCISE" in parse(build(draft, SENDER)).note
    real = msgspec.structs.replace(draft, synthetic=False)
    assert "EXERCISE" not in parse(build(real, SENDER)).note


def test_an_update_refers_to_what_it_replaces(draft) -> None:
    """sender,identifier,sent: without it a reader shows two alarms."""
    update = msgspec.structs.replace(draft, replaces="old-1", replaces_t_ns=T0_NS - 300 * 10**9)
    alert = parse(build(update, SENDER))
    assert alert.msg_type == "Update"
    assert alert.references == f"{SENDER},old-1,2026-05-28T20:21:40-00:00"


def test_rings_are_closed_and_latitude_comes_first(draft) -> None:
    """Swapped coordinates would warn a place in Somalia."""
    (ring,) = parse(build(draft, SENDER)).infos[0].areas[0].polygons_latlon_deg
    assert ring == ((45.0, 28.0), (45.1, 28.3), (45.2, 28.1), (45.0, 28.0))


def test_each_language_has_its_own_block(draft) -> None:
    """Romanian first, English second; the event in the block's language."""
    alert = parse(build(draft, SENDER, NAMES))
    assert [info.language for info in alert.infos] == ["ro-RO", "en-GB"]
    assert [info.event for info in alert.infos] == ["Dronă neidentificată", "Unidentified drone"]
    assert [info.sender_name for info in alert.infos] == ["ISU Galați", "Galați Inspectorate"]
    assert alert.infos[0].headline == "Avertizare <ro-RO> & DRONĂ"


def test_it_always_expires(draft) -> None:
    """A warning without an end is one that nobody believes the next time."""
    for info in parse(build(draft, SENDER)).infos:
        assert info.expires_ns - info.effective_ns == 1800 * 10**9


@pytest.mark.parametrize(("prob", "certainty"), [(0.5, "Possible"), (0.51, "Likely")])
def test_certainty_is_what_cap_calls_it(prob, certainty, draft) -> None:
    """CAP: likely means more probable than not."""
    likely = msgspec.structs.replace(draft, zone_prob=prob)
    assert parse(build(likely, SENDER)).infos[0].certainty == certainty


def test_only_the_last_call_is_extreme() -> None:
    """Extreme for everything is extreme for nothing; PREPARE asks nobody to take shelter."""
    assert {level: grading.severity for level, grading in GRADINGS.items()} == {
        "PREPARE": "Moderate",
        "WARN": "Severe",
        "LAST_CALL": "Extreme",
    }
    assert "Shelter" not in GRADINGS["PREPARE"].responses


def test_the_same_draft_gives_the_same_bytes(draft) -> None:
    """A replay must write the same file."""
    assert build(draft, SENDER, NAMES) == build(draft, SENDER, NAMES)
