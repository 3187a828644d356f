"""An alert in plain words, for a duty officer who has ten seconds."""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import shapely
from lxml import etree

from tocsin.model.units import S_NS
from tocsin.wire.cap.message import references_of, time_ns
from tocsin.wire.cap.shapes import Ring, circle_of, polygon_of
from tocsin.wire.cap.tree import elements, flat, text_of
from tocsin.wire.cap.wording import language_of

DEGREE_KM = 111.19
"""One degree of latitude on the mean sphere (IUGG radius 6371.0 km)."""
NBSP = "\xa0"
"""Keeps a number and its unit in one line."""
MOST_SHOWN = 5
"""Areas and references in full; of more only the number is told."""

STATUSES = {
    "Actual": "marked REAL",
    "Exercise": "EXERCISE, not real",
    "System": "a message between machines",
    "Test": "TEST, to be ignored",
    "Draft": "DRAFT, not approved",
}
TYPES = {
    "Alert": "first alert",
    "Update": "update of an earlier alert",
    "Cancel": "cancels an earlier alert",
    "Ack": "says that an earlier message was received",
    "Error": "rejects an earlier message",
}
SCOPES = {
    "Public": "for the public",
    "Restricted": "not for the public",
    "Private": "for named receivers",
}
RESPONSES = {
    "Shelter": "take shelter", "Evacuate": "leave the area", "Prepare": "prepare",
    "Execute": "carry out the plan named", "Avoid": "keep away", "Monitor": "watch and listen",
    "Assess": "judge the situation (not for the public)", "AllClear": "ALL CLEAR",
    "None": "nothing",
}  # fmt: skip


LONGEST = 600
"""Letters of one line; a file of others may hold any number."""


class Line(NamedTuple):
    """One line of an explanation."""

    label: str
    text: str


def explain(root: etree._Element, t_ns: int) -> Iterator[Line]:
    """Yield an alert's story: kind, what, how bad, who, where, when, words, what it replaces.

    Args:
        root: The tree of an alert of today's form (see `tocsin.wire.cap.old.renew`); anything
            may be missing in it.
        t_ns: Now, Unix ns UTC.
    """
    for line in _story(root, t_ns):
        yield Line(line.label, _cut(line.text, LONGEST))


def _story(root: etree._Element, t_ns: int) -> Iterator[Line]:
    infos = list(elements(root, "info"))
    yield Line("kind", _kind(root))
    if note := text_of(root, "note"):
        yield Line("note", _cut(note))
    if restriction := text_of(root, "restriction"):
        yield Line("for", _cut(restriction))
    if infos:
        yield Line("what", "; ".join(dict.fromkeys(map(_what, infos))))
        yield Line("how bad", "; ".join(dict.fromkeys(map(_grading, infos))))
        yield Line("to do", "; ".join(dict.fromkeys(map(_response, infos))))
    yield Line("who", _who(root, infos))
    yield from _where(infos)
    yield Line("sent", moment(next(elements(root, "sent"), None)))
    if infos:
        yield Line("in force", "; ".join(dict.fromkeys(_when(root, info, t_ns) for info in infos)))
        yield Line("languages", ", ".join(map(language_of, infos)))
    for info in infos[:MOST_SHOWN]:
        yield Line(f"says ({language_of(info)[:16]})", _cut(_words(info)))
    yield from _about(root)


def _kind(root: etree._Element) -> str:
    names = (("status", STATUSES), ("msgType", TYPES), ("scope", SCOPES))
    said = [(text_of(root, name), words) for name, words in names]
    return ", ".join(words.get(text, f"unknown ({text[:40] or 'missing'})") for text, words in said)


def _what(info: etree._Element) -> str:
    categories = ", ".join(flat(node) for node in elements(info, "category"))
    return f"{_cut(text_of(info, 'event')) or '?'} ({categories or 'no category'})"


def _grading(info: etree._Element) -> str:
    values = (text_of(info, name) or "?" for name in ("urgency", "severity", "certainty"))
    return ", ".join(values)


def _response(info: etree._Element) -> str:
    found = [flat(node) for node in elements(info, "responseType")]
    return ", ".join(RESPONSES.get(one, one) for one in found) or "not coded; see the words"


def _who(root: etree._Element, infos: list[etree._Element]) -> str:
    names = dict.fromkeys(name for info in infos if (name := text_of(info, "senderName")))
    sender = text_of(root, "sender") or "?"
    said = " / ".join(_cut(name) for name in names)
    named = f"{said} (sender {sender})" if said else f"sender {sender}"
    return f"{named}, message {text_of(root, 'identifier') or '?'}"


def _where(infos: list[etree._Element]) -> Iterator[Line]:
    """Yield each area once; names of the same shape in several languages stand together."""
    areas: dict[str, list[str]] = {}
    for info in infos:
        for area in elements(info, "area"):
            names = areas.setdefault(_shape(area), [])
            name = _cut(text_of(area, "areaDesc")) or "unnamed"
            names.extend([name] if name not in names else [])
    for shape, names in list(areas.items())[:MOST_SHOWN]:
        yield Line("where", f"{' / '.join(names)}: {shape}")
    if len(areas) > MOST_SHOWN:
        yield Line("where", f"and {len(areas) - MOST_SHOWN} more areas")
    if not areas and infos:
        yield Line("where", "no area given")


def _shape(area: etree._Element) -> str:
    parts = [_polygon(flat(node)) for node in elements(area, "polygon")]
    parts += [_circle(flat(node)) for node in elements(area, "circle")]
    codes = [f"{text_of(n, 'valueName')} {text_of(n, 'value')}" for n in elements(area, "geocode")]
    if codes:
        more = "" if len(codes) <= MOST_SHOWN else f" and {len(codes) - MOST_SHOWN} more"
        parts.append(f"code {', '.join(codes[:MOST_SHOWN])}{more}")
    return "; ".join(parts) or "no outline, only the name"


def _polygon(text: str) -> str:
    try:
        ring = polygon_of(text)
    except ValueError:
        return "an outline that cannot be read"
    if len(ring) < 4:
        return f"an outline of {len(ring)} points only"
    lats, lons = zip(*ring, strict=True)
    middle = place((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    return f"{len(ring) - 1:,} corners, about {_km2(ring)}{NBSP}km² around {middle}"


def _km2(ring: Ring) -> str:
    """Return the area of an outline, to two digits: enough to know a village from a county."""
    middle_rad = math.radians(sum(lat_deg for lat_deg, _ in ring) / len(ring))
    outline = shapely.Polygon([(lon_deg, lat_deg) for lat_deg, lon_deg in ring])
    area_km2 = outline.area * DEGREE_KM**2 * abs(math.cos(middle_rad))
    if not math.isfinite(area_km2) or area_km2 <= 0.0:
        return "0"
    digits = max(0, 1 - math.floor(math.log10(area_km2)))
    rough_km2 = round(area_km2, 1 - math.floor(math.log10(area_km2)))
    return f"{rough_km2:,.{min(digits, 6)}f}"


def _circle(text: str) -> str:
    try:
        circle = circle_of(" ".join(text.split()))
    except ValueError:
        return "a circle that cannot be read"
    return f"{circle.radius_km:g} km around {place(circle.lat_deg, circle.lon_deg)}"


def place(lat_deg: float, lon_deg: float) -> str:
    """Return a place as people write it: `45.43 N 28.05 E` (no line ends in it)."""
    north, east = "NS"[lat_deg < 0], "EW"[lon_deg < 0]
    return f"{abs(lat_deg):.2f}{NBSP}{north} {abs(lon_deg):.2f}{NBSP}{east}"


def moment(node: etree._Element | None) -> str:
    """Return an element's time in UTC, or what stands there instead."""
    t_ns = time_ns(node)
    return (f"{flat(node)[:40]!r}?" if flat(node) else "?") if t_ns is None else clock(t_ns)


def clock(t_ns: int) -> str:
    """Return a time as `2026-05-28 22:20:41 UTC`."""
    when = datetime.fromtimestamp(t_ns // S_NS, tz=UTC)
    return f"{when.replace(tzinfo=None).isoformat(' ', 'seconds')} UTC"


def _when(root: etree._Element, info: etree._Element, t_ns: int) -> str:
    begin = next(elements(info, "effective"), None)
    begin = next(elements(root, "sent"), None) if begin is None else begin
    end = next(elements(info, "expires"), None)
    if end is None or not flat(end):
        return f"from {moment(begin)}, with no end given"
    return f"from {moment(begin)} to {moment(end)}{_now(time_ns(begin), time_ns(end), t_ns)}"


def _now(begin_ns: int | None, end_ns: int | None, t_ns: int) -> str:
    """Say where now lies. A lapsed alert is not an all-clear."""
    if end_ns is not None and end_ns <= t_ns:
        return f" (ended {span(t_ns - end_ns)} ago; that is no all-clear)"
    if begin_ns is not None and begin_ns > t_ns:
        return f" (begins in {span(begin_ns - t_ns)})"
    return f" ({span(end_ns - t_ns)} left)" if end_ns is not None else ""


def span(length_ns: int) -> str:
    """Return a length of time in its largest fitting unit."""
    seconds = length_ns // S_NS
    for name, size in (("days", 86_400), ("hours", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:,} {name}"
    return f"{seconds} s"


def _words(info: etree._Element) -> str:
    headline, description = text_of(info, "headline"), text_of(info, "description")
    return headline or description or "nothing"


def _about(root: etree._Element) -> Iterator[Line]:
    """Yield what the message is about: earlier messages."""
    found, bad = references_of(text_of(root, "references"))
    label = {"Update": "replaces", "Cancel": "cancels"}.get(text_of(root, "msgType"), "about")
    for reference in found[:MOST_SHOWN]:
        yield Line(label, f"{reference.identifier} of {clock(reference.sent_ns)}")
    if len(found) > MOST_SHOWN:
        yield Line(label, f"and {len(found) - MOST_SHOWN} more")
    if bad:
        yield Line(label, f"something that cannot be read: {_cut(bad[0])!r}")


def _cut(text: str, most: int = 160) -> str:
    """Return a text in one line, cut where it is long, with nothing that moves a terminal."""
    seen = (sign if sign.isprintable() or sign == NBSP else " " for sign in text)
    line = re.sub(" +", " ", "".join(seen)).strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"
