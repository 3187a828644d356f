"""What was let out becomes the right kind of alert, and nothing unsound goes out."""

import msgspec
import pytest
from cap_mutants import ROMANIA
from cap_samples import EARLIER, NAMES, S_NS, SENDER, T0_NS, draft_of, emitted, sent_of

from tocsin.model.errors import BadInput
from tocsin.wire.cap.check import check
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.drafts import alert_of
from tocsin.wire.cap.publish import alert_of_sent, cancel_of, issue
from tocsin.wire.cap.records import CapAlert, Named


def published(level="WARN", purpose="warning", replaces=(), **more) -> CapAlert:
    return alert_of_sent(sent_of(draft_of(level, purpose, **more), replaces), SENDER, NAMES)


def test_a_warning_is_actual_and_public() -> None:
    """A draft that stays a draft warns nobody."""
    alert = published()
    assert (alert.status, alert.scope, alert.msg_type) == ("Actual", "Public", "Alert")
    assert alert.sent_ns == T0_NS
    assert alert.references == alert.restriction == ""
    assert [info.language for info in alert.infos] == ["ro-RO", "en-GB", "uk-UA", "hu-HU"]
    assert len({info.event for info in alert.infos}) == 4


@pytest.mark.parametrize("purpose", ["warning", "all_clear"])
@pytest.mark.parametrize("level", ["PREPARE", "WARN", "LAST_CALL"])
def test_synthetic_data_are_an_exercise_and_never_actual(level, purpose) -> None:
    """A demonstration that leaks must not be believed."""
    alert = published(level, purpose, EARLIER, synthetic=True)
    assert alert.status == "Exercise"
    assert "EXERCISE" in alert.note


@pytest.mark.parametrize("purpose", ["warning", "all_clear"])
def test_prepare_is_for_duty_services_only(purpose) -> None:
    """Its all-clear too: the public never heard of it."""
    alert = published("PREPARE", purpose, EARLIER)
    assert alert.scope == "Restricted"
    assert alert.restriction
    assert not any("Shelter" in info.response_types for info in alert.infos)


def test_an_update_names_all_that_it_replaces() -> None:
    """One that is left out would stay on phones beside the new one."""
    alert = published(replaces=EARLIER)
    assert alert.msg_type == "Update"
    assert alert.references == (
        f"{SENDER},galati-1,2026-05-28T20:16:40-00:00 {SENDER},galati-2,2026-05-28T20:21:40-00:00"
    )


def test_what_readers_never_saw_is_not_referred_to() -> None:
    """The first public alert follows a PREPARE that only duty services have."""
    sent = sent_of(draft_of(), EARLIER)
    partly = alert_of_sent(sent, SENDER, NAMES, withheld={"galati-1"})
    assert (partly.msg_type, "galati-1" in partly.references) == ("Update", False)
    first = alert_of_sent(sent, SENDER, NAMES, withheld={"galati-1", "galati-2"})
    assert (first.msg_type, first.references) == ("Alert", "")
    assert check(first, strict=True) == ()


def test_an_all_clear_is_an_update_that_people_can_read() -> None:
    """Update with AllClear; and a Cancel for machines that spares the all-clear itself."""
    clear = sent_of(draft_of("WARN", "all_clear"), EARLIER)
    alert = alert_of_sent(clear, SENDER, NAMES)
    assert alert.msg_type == "Update"
    assert {info.response_types for info in alert.infos} == {("AllClear",)}
    assert {(info.urgency, info.severity) for info in alert.infos} == {("Past", "Minor")}
    cancel = cancel_of(clear, SENDER)
    assert (cancel.msg_type, cancel.references) == ("Cancel", alert.references)
    assert cancel.identifier != alert.identifier
    assert alert.identifier not in cancel.references


@pytest.mark.parametrize("name", emitted())
def test_it_always_ends_and_never_before_it_was_sent(name: str) -> None:
    """A warning without an end is one that nobody believes the next time."""
    alert = emitted()[name]
    for info in alert.infos:
        assert info.expires_ns > alert.sent_ns == info.effective_ns


def test_people_warned_because_the_outline_was_simplified_are_told() -> None:
    """As a parameter; the growth is part of the decision."""
    parameters = published().infos[0].parameters
    assert Named(value_name="tocsin:population-added", value="120") in parameters


def test_what_is_over_is_not_sent() -> None:
    """An approver who comes too late must not set off the sirens."""
    late = msgspec.structs.replace(sent_of(draft_of()), t_sent_ns=T0_NS + 1800 * S_NS)
    with pytest.raises(BadInput, match="before it was sent"):
        alert_of_sent(late, SENDER)


def test_an_all_clear_of_nothing_is_refused() -> None:
    """It would be read as the end of whatever the reader has in mind."""
    clear = sent_of(draft_of("WARN", "all_clear"))
    with pytest.raises(BadInput, match="of nothing"):
        alert_of_sent(clear, SENDER)
    with pytest.raises(BadInput, match="nothing to cancel"):
        cancel_of(clear, SENDER)


@pytest.mark.parametrize("name", emitted())
def test_what_goes_out_reads_back_equal(name: str) -> None:
    """Unsigned where there is no key; see the signatures for the others."""
    assert parse(issue(emitted()[name], region=ROMANIA)) == emitted()[name]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sender": "two words"}, "bad-sender"),
        ({"scope": "Private"}, "addresses-missing"),
        ({"note": "a\x00b"}, "not-xml"),
        ({"infos": ()}, "info-missing"),
    ],
)
def test_nothing_unsound_goes_out(change, code) -> None:
    """One clear line, nothing sent."""
    alert = msgspec.structs.replace(published(), **change)
    with pytest.raises(BadInput, match=r"not sent|cannot be written") as error:
        issue(alert)
    assert "\n" not in str(error.value)
    assert code in {one.code for one in check(alert, strict=True)}


def test_a_zone_elsewhere_is_refused_where_the_region_is_known() -> None:
    """A zone file with longitude first would warn a place in Arabia."""
    ring = ((45.4, 28.0), (45.5, 28.0), (45.5, 28.1))
    draft = msgspec.structs.replace(draft_of(), rings_lonlat_deg=(ring,))
    with pytest.raises(BadInput, match="swapped-coordinates"):
        issue(alert_of_sent(sent_of(draft), SENDER, NAMES), region=ROMANIA)


@pytest.mark.parametrize("purpose", ["warning", "all_clear"])
@pytest.mark.parametrize("level", ["PREPARE", "WARN", "LAST_CALL"])
def test_drafts_pass_the_strict_check_too(level, purpose) -> None:
    """What a person approves is what would be sent."""
    draft = draft_of(level, purpose)
    if purpose == "all_clear":
        draft = msgspec.structs.replace(draft, replaces="galati-1", replaces_t_ns=T0_NS - 10**12)
    assert check(alert_of(draft, SENDER, NAMES), strict=True) == ()


def test_points_that_fall_together_are_written_once() -> None:
    """Rounded to a metre, neighbours may meet; a point twice in a row is a flaw to some readers."""
    near = ((28.0, 45.4), (28.000001, 45.4), (28.1, 45.4), (28.1, 45.5), (28.0, 45.4))
    draft = msgspec.structs.replace(draft_of(), rings_lonlat_deg=(near,))
    (ring,) = alert_of_sent(sent_of(draft), SENDER).infos[0].areas[0].polygons_latlon_deg
    assert ring == ((45.4, 28.0), (45.4, 28.1), (45.5, 28.1), (45.4, 28.0))
