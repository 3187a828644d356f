"""An Atom feed (RFC 4287) of alerts: one entry an alert, with a link to its CAP file.

What was cancelled or replaced stays until its own expiry, marked so: a reader that was away must
be able to see that it ended. Feeds read are read like alerts: no entities, no network, limits.
"""

from collections.abc import Iterable
from urllib.parse import quote

import msgspec
from lxml import etree

from tocsin.model.raw import Rejected
from tocsin.wire.cap.chains import Standing, chains, expires_ns
from tocsin.wire.cap.instants import cap_time, instant_ns
from tocsin.wire.cap.languages import DEFAULT
from tocsin.wire.cap.old import renewed_time
from tocsin.wire.cap.records import CapAlert
from tocsin.wire.cap.tree import flat, parse_tree, rejected

ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"
"""Media type of CAP (OASIS CAP 1.2 is registered with IANA)."""
STATE_SCHEME = "urn:tocsin:cap:state"
"""Scheme of the category that says `current`, `replaced` or `cancelled`."""
STATUS_SCHEME = "urn:tocsin:cap:status"
"""Scheme of the category that repeats the alert's status: a reader must see an exercise."""
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a feed."""

    id: str
    title: str
    updated_ns: int
    link: str
    summary: str = ""
    state: str = ""
    """As this feed's writer says, or empty: it does not."""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed as read."""

    id: str
    title: str
    updated_ns: int
    entries: tuple[FeedEntry, ...]


def feed(
    alerts: Iterable[CapAlert],
    *,
    t_ns: int,
    id: str,
    title: str,
    author: str,
    base_url: str,
    language: str = "",
) -> bytes:
    """Write the feed of what holds now, and of what was ended before its time.

    Args:
        alerts: All alerts known, in any order; messages that no reader may act upon any more
            (lapsed ones) and notices (Cancel, Ack, Error) of lapsed ones are left out.
        t_ns: Now, Unix ns UTC; the feed's `updated` is the last time that something was sent.
        id: Feed id: an IRI that never changes.
        title: Name of the feed.
        author: Name of the sender.
        base_url: Where the CAP files lie: `base_url/<identifier>.xml`.
        language: Language of titles, where an alert has it; else its first block's.

    Returns:
        UTF-8 XML, newest entry first; the same alerts and time give the same bytes.
    """
    shown = [one for one in chains(alerts, t_ns).standings if _is_shown(one, t_ns)]
    default: dict[str | None, str] = {None: ATOM}
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=default)  # type: ignore[arg-type]
    last_ns = max(map(_changed_ns, shown), default=t_ns)
    _add(root, "id", id)
    _add(root, "title", title)
    _add(root, "updated", _atom_time(last_ns))
    _add(_add(root, "author", None), "name", author)
    for one in reversed(shown):
        _entry(root, one, base_url.rstrip("/"), language)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _is_shown(one: Standing, t_ns: int) -> bool:
    """Return whether an entry is for readers: it holds, or would hold had it not been ended."""
    end_ns = expires_ns(one.alert)
    return (
        one.state not in {"notice", "lapsed"}
        and one.alert.sent_ns <= t_ns
        and (end_ns is None or end_ns > t_ns)
    )


def _changed_ns(one: Standing) -> int:
    """Return when an entry came to say what it says: sent, or ended by another."""
    return one.alert.sent_ns if one.by is None else max(one.alert.sent_ns, one.by.sent_ns)


def _entry(root: etree._Element, one: Standing, base_url: str, language: str) -> None:
    alert = one.alert
    info = next((info for info in alert.infos if info.language == language), None)
    info = info or next(iter(alert.infos), None)
    node = _add(root, "entry", None)
    node.set(_XML_LANG, (info.language if info else "") or DEFAULT)
    address = f"{base_url}/{quote(alert.identifier, safe='')}.xml"
    _add(node, "id", _name(alert))
    _add(node, "title", (info.headline or info.event) if info else alert.identifier)
    _add(node, "updated", _atom_time(_changed_ns(one)))
    if info and info.description:
        _add(node, "summary", info.description)
    for term, scheme in ((one.state, STATE_SCHEME), (alert.status, STATUS_SCHEME)):
        category = _add(node, "category", None)
        category.set("term", term)
        category.set("scheme", scheme)
    link = _add(node, "link", None)
    link.set("rel", "alternate")
    link.set("type", CAP_TYPE)
    link.set("href", address)


def _name(alert: CapAlert) -> str:
    """Return the entry's id: absolute, and the same wherever the feed is moved to (RFC 4287)."""
    return f"urn:tocsin:cap:{quote(alert.sender, safe='')}:{quote(alert.identifier, safe='')}"


def read_feed(data: bytes, source: str = "") -> Feed | Rejected:
    """Read any Atom feed of alerts.

    Returns:
        The feed; entries without id or link are left out. Or why there is none: as for alerts,
        `not-atom`, `bad-field`.
    """
    root = parse_tree(data, source)
    if isinstance(root, Rejected):
        return root
    if root.tag != f"{{{ATOM}}}feed":
        return rejected(data, source, "not-atom", f"root element {root.tag}, not an Atom feed")
    try:
        entries = [_read_entry(node) for node in root.iterfind(f"{{{ATOM}}}entry")]
        return Feed(
            id=_text(root, "id"),
            title=_text(root, "title"),
            updated_ns=_time_ns(root),
            entries=tuple(entry for entry in entries if entry.id and entry.link),
        )
    except ValueError as wrong:
        return rejected(data, source, "bad-field", str(wrong))


def _read_entry(node: etree._Element) -> FeedEntry:
    links = node.findall(f"{{{ATOM}}}link")
    links.sort(key=lambda link: link.get("type") != CAP_TYPE)
    states = [
        category.get("term", "")
        for category in node.iterfind(f"{{{ATOM}}}category")
        if category.get("scheme") == STATE_SCHEME
    ]
    return FeedEntry(
        id=_text(node, "id"),
        title=_text(node, "title"),
        updated_ns=_time_ns(node),
        link=links[0].get("href", "") if links else "",
        summary=_text(node, "summary"),
        state=states[0] if states else "",
    )


def _text(node: etree._Element, name: str) -> str:
    return flat(node.find(f"{{{ATOM}}}{name}"))


def _time_ns(node: etree._Element) -> int:
    return instant_ns(renewed_time(_text(node, "updated")))


def _atom_time(t_ns: int) -> str:
    """Return a time as RFC 3339 has it; there `Z` is right."""
    return cap_time(t_ns).replace("-00:00", "Z")


def _add(parent: etree._Element, name: str, text: str | None) -> etree._Element:
    node = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    node.text = text
    return node
