"""The feed of what holds: read back equal, newest first, the ended kept until their expiry."""

import msgspec
import pytest
from cap_samples import S_NS, T0_NS, emitted
from lxml import etree
from test_cap_chains import CANCEL, FIRST, UPDATE

from tocsin.model.raw import Rejected
from tocsin.wire.cap.atom import ATOM, Feed, feed, read_feed

ABOUT = {
    "id": "https://example.invalid/feed",
    "title": "Alerts",
    "author": "ISU Galați",
    "base_url": "https://example.invalid/cap/",
}
NOW_NS = T0_NS + 100 * S_NS


def written(*alerts, t_ns: int = NOW_NS, language: str = "") -> Feed:
    found = read_feed(feed(alerts, t_ns=t_ns, language=language, **ABOUT))
    assert isinstance(found, Feed), found
    return found


def test_one_entry_an_alert_with_a_link_to_its_file() -> None:
    """A reader follows the link; the feed is only the index."""
    found = written(FIRST)
    (entry,) = found.entries
    assert entry.link == "https://example.invalid/cap/a.xml"
    assert (entry.title, entry.state) == ("DRONĂ spre Galați", "current")
    assert entry.updated_ns == FIRST.sent_ns == found.updated_ns


def test_ended_alerts_stay_until_their_own_expiry() -> None:
    """Who was away for ten minutes must see that it ended, not that it vanished."""
    found = written(FIRST, UPDATE, CANCEL)
    assert [(one.link[-5:-4], one.state) for one in found.entries] == [
        ("b", "cancelled"),
        ("a", "replaced"),
    ]
    assert [one.updated_ns for one in found.entries] == [CANCEL.sent_ns, UPDATE.sent_ns]
    assert written(FIRST, UPDATE, CANCEL, t_ns=T0_NS + 1800 * S_NS).entries == ()


def test_what_is_not_sent_yet_is_not_shown() -> None:
    """Nor does it make the feed look newer than it is."""
    assert written(FIRST, t_ns=FIRST.sent_ns - S_NS).entries == ()


def test_titles_are_in_the_language_asked_for() -> None:
    """English papers read another feed than Romanian ones."""
    assert written(FIRST, language="en-GB").entries[0].title == "DRONE towards Galati"


def test_an_exercise_says_so_in_the_feed() -> None:
    """A reader that shows only the index must be able to see it."""
    data = feed([emitted()["WARN-exercise"]], t_ns=NOW_NS, **ABOUT)
    terms = [node.get("term") for node in etree.fromstring(data).iter(f"{{{ATOM}}}category")]
    assert terms == ["current", "Exercise"]


def test_odd_identifiers_make_no_odd_addresses() -> None:
    """An identifier is the sender's; the address is ours."""
    odd = msgspec.structs.replace(FIRST, identifier="../a b?c#d")
    assert written(odd).entries[0].link == "https://example.invalid/cap/..%2Fa%20b%3Fc%23d.xml"


def test_the_same_alerts_give_the_same_bytes() -> None:
    """In any order; a feed that changes without news wakes every reader."""
    one = feed([FIRST, UPDATE, CANCEL], t_ns=NOW_NS, **ABOUT)
    assert one == feed([CANCEL, UPDATE, FIRST], t_ns=NOW_NS + S_NS, **ABOUT)


def test_it_passes_the_atom_schema(shared_data) -> None:
    """RFC 4287. The schema of xml:lang lies elsewhere in the network: it is taken out first."""
    root = etree.fromstring(
        feed([*emitted().values(), FIRST, UPDATE, CANCEL], t_ns=NOW_NS, **ABOUT)
    )
    for node in root.iter(f"{{{ATOM}}}entry"):
        assert node.attrib.pop("{http://www.w3.org/XML/1998/namespace}lang")
    etree.XMLSchema(etree.parse(shared_data / "cap" / "schema" / "atom.xsd")).assertValid(root)


def test_a_real_feed_is_read(shared_data) -> None:
    """That of the United States' weather service, 163 entries."""
    found = read_feed((shared_data / "cap" / "ibm" / "nws_atom_feed_example.xml").read_bytes())
    assert isinstance(found, Feed)
    assert len(found.entries) == 163
    assert found.entries[0].title.startswith("High Wind Warning")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not-xml"),
        (b"<alert/>", "not-atom"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><feed/>", "doctype"),
        (f"<feed xmlns='{ATOM}'><updated>soon</updated></feed>".encode(), "bad-field"),
        (f"<feed xmlns='{ATOM}'/>".encode(), "bad-field"),
    ],
)
def test_what_is_no_feed_is_a_value_with_a_reason(data, reason) -> None:
    """A partner's broken feed must not stop the reading of the others."""
    found = read_feed(data)
    assert isinstance(found, Rejected)
    assert found.reason == reason
