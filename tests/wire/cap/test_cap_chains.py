"""What holds of several alerts: replaced, cancelled, lapsed, and chains that are broken."""

from itertools import permutations

import msgspec
import pytest
from cap_samples import S_NS, SENDER, T0_NS, emitted
from hypothesis import given
from hypothesis import strategies as st

from tocsin.wire.cap.chains import BREAKS, chains, name_of
from tocsin.wire.cap.instants import cap_time
from tocsin.wire.cap.records import CapAlert

BASE = emitted()["WARN"]
NOW_NS = T0_NS + 100 * S_NS


def alert(name: str, minute: int, *about: CapAlert, kind: str = "", **more) -> CapAlert:
    """Return an alert sent some minutes before T0 that is about others."""
    references = " ".join(f"{a.sender},{a.identifier},{cap_time(a.sent_ns)}" for a in about)
    return msgspec.structs.replace(
        BASE,
        identifier=name,
        sent_ns=T0_NS - minute * 60 * S_NS,
        msg_type=kind or ("Update" if about else "Alert"),
        references=references,
        **more,
    )


def states(*alerts: CapAlert, t_ns: int = NOW_NS) -> dict[str, str]:
    return {one.alert.identifier: one.state for one in chains(alerts, t_ns).standings}


FIRST = alert("a", 30)
UPDATE = alert("b", 20, FIRST)
CANCEL = alert("c", 10, UPDATE, kind="Cancel", infos=())


def test_an_update_replaces_and_a_cancel_ends_whatever_the_order() -> None:
    """Files arrive in any order."""
    for order in permutations((FIRST, UPDATE, CANCEL)):
        assert states(*order) == {"a": "replaced", "b": "cancelled", "c": "notice"}
    assert states(FIRST, UPDATE) == {"a": "replaced", "b": "current"}
    assert states(FIRST) == {"a": "current"}
    assert chains([FIRST, UPDATE], NOW_NS).current == (UPDATE,)


def test_a_lapsed_alert_is_not_cleared() -> None:
    """Nobody said that it is over; its time ran out."""
    assert states(FIRST, t_ns=T0_NS + 7200 * S_NS) == {"a": "lapsed"}
    assert states(FIRST, UPDATE, t_ns=T0_NS + 7200 * S_NS)["a"] == "replaced"


def test_what_comes_later_is_not_known_yet() -> None:
    """A replay at an earlier time must show what held then."""
    assert states(FIRST, UPDATE, t_ns=T0_NS - 25 * 60 * S_NS)["a"] == "current"


def test_a_cancel_weighs_more_than_an_update() -> None:
    """Whichever came first: an ended alert must not come back as replaced."""
    cancel = alert("c", 25, FIRST, kind="Cancel", infos=())
    assert states(FIRST, cancel, UPDATE)["a"] == "cancelled"


def test_acknowledgements_change_nothing() -> None:
    """An Ack is about an alert, and ends none."""
    ack = alert("k", 5, FIRST, kind="Ack", infos=())
    assert states(FIRST, ack) == {"a": "current", "k": "notice"}


def breaks(*alerts: CapAlert) -> set[str]:
    return {broken.code for broken in chains(alerts, NOW_NS).breaks}


STRANGER = alert("s", 20, FIRST, sender="stranger@tocsin.invalid")
BROKEN = {
    "missing": [UPDATE],
    "foreign": [FIRST, STRANGER],
    "twice": [FIRST, msgspec.structs.replace(FIRST, note="another text")],
    "postdated": [alert("p", 40, FIRST), FIRST],
    "self": [alert("a", 30, FIRST)],
    "fork": [FIRST, UPDATE, alert("d", 15, FIRST)],
    "changed-status": [FIRST, alert("e", 20, FIRST, status="Exercise")],
}


@pytest.mark.parametrize("code", BREAKS)
def test_every_break_is_named(code: str) -> None:
    """A chain that is broken in silence shows two alarms, or none."""
    assert breaks(*BROKEN[code]) == {code}


@pytest.mark.parametrize("code", ["foreign", "postdated", "self", "changed-status"])
def test_who_may_not_end_an_alert_does_not(code: str) -> None:
    """A stranger, an exercise or a message from the past silences no alarm."""
    found = [one for one in chains(BROKEN[code], NOW_NS).standings if one.alert.identifier == "a"]
    assert [one.state for one in found] == ["current"]


def test_a_whole_chain_is_not_a_fork() -> None:
    """An update that names all its forerunners replaces them one after the other."""
    third = alert("d", 15, FIRST, UPDATE)
    assert breaks(FIRST, UPDATE, third) == set()
    assert states(FIRST, UPDATE, third) == {"a": "replaced", "b": "replaced", "d": "current"}


@given(st.permutations([FIRST, UPDATE, CANCEL, STRANGER, *BROKEN["twice"]]))
def test_order_and_repetition_of_files_do_not_matter(order) -> None:
    """The same set gives the same answer."""
    assert chains([*order, *order[:2]], NOW_NS) == chains(BROKEN["twice"] + [
        UPDATE, CANCEL, STRANGER], NOW_NS)  # fmt: skip


def test_records_that_were_never_written_refer_in_whole_seconds_too() -> None:
    """A reference holds no fraction; the record in memory does."""
    first = msgspec.structs.replace(FIRST, sent_ns=FIRST.sent_ns + 123_456_789)
    assert states(first, UPDATE) == {"a": "replaced", "b": "current"}
    assert breaks(first, UPDATE) == set()


def test_a_name_is_three_parts() -> None:
    """The same identifier from another sender is another alert."""
    assert name_of(FIRST) != name_of(msgspec.structs.replace(FIRST, sender="x@y.invalid"))
    assert name_of(FIRST).sender == SENDER
