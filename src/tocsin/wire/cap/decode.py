"""CAP 1.2 XML to records: no entities, no network, no bombs, and no exception for bad bytes.

Tolerant in reading: signatures and other foreign elements are passed over, empty elements count
as missing. What cannot be read at all is a `Rejected` value. Meaning is not checked here.
"""

from lxml import etree

from tocsin.model.raw import Rejected
from tocsin.wire.cap.instants import instant_ns
from tocsin.wire.cap.old import renew
from tocsin.wire.cap.records import Area, CapAlert, Info, Named, Resource
from tocsin.wire.cap.shapes import circle_of, number_of, polygon_of
from tocsin.wire.cap.tree import MOST_BYTES, NAMESPACE, alert_tree, rejected

__all__ = ["MOST_BYTES", "parse"]

_PREFIX = f"{{{NAMESPACE}}}"


def parse(data: bytes, source: str = "", *, old_forms: bool = False) -> CapAlert | Rejected:
    """Read one alert.

    Args:
        data: The XML as received.
        source: Where it came from, for the reject.
        old_forms: Also read CAP 1.0 and 1.1, and times with `Z` or a fraction.

    Returns:
        The alert, or why there is none: `too-large`, `not-xml`, `bomb`, `doctype`,
        `too-many-elements`, `too-many-points`, `not-cap`, `bad-field`.
    """
    root = alert_tree(data, source)
    if isinstance(root, Rejected):
        return root
    if old_forms:
        renew(root)
    if root.tag != f"{_PREFIX}alert":
        return rejected(data, source, "not-cap", f"root element {root.tag}, not CAP 1.2 alert")
    return alert_of(root, data, source)


def alert_of(root: etree._Element, data: bytes = b"", source: str = "") -> CapAlert | Rejected:
    """Read an alert from its tree (CAP 1.2), or say which field is bad."""
    try:
        return _alert(root)
    except ValueError as wrong:
        return rejected(data, source, "bad-field", str(wrong))


def _alert(root: etree._Element) -> CapAlert:
    return CapAlert(
        identifier=_must(root, "identifier"),
        sender=_must(root, "sender"),
        sent_ns=instant_ns(_must(root, "sent")),
        status=_must(root, "status"),
        msg_type=_must(root, "msgType"),
        source=_text(root, "source"),
        scope=_must(root, "scope"),
        restriction=_text(root, "restriction"),
        addresses=_text(root, "addresses"),
        codes=_texts(root, "code"),
        note=_text(root, "note"),
        references=_text(root, "references"),
        incidents=_text(root, "incidents"),
        infos=tuple(_info(node) for node in _nodes(root, "info")),
    )


def _info(node: etree._Element) -> Info:
    return Info(
        language=_text(node, "language"),
        categories=_texts(node, "category"),
        event=_must(node, "event"),
        response_types=_texts(node, "responseType"),
        urgency=_must(node, "urgency"),
        severity=_must(node, "severity"),
        certainty=_must(node, "certainty"),
        audience=_text(node, "audience"),
        event_codes=_named(node, "eventCode"),
        effective_ns=_time_ns(node, "effective"),
        onset_ns=_time_ns(node, "onset"),
        expires_ns=_time_ns(node, "expires"),
        sender_name=_text(node, "senderName"),
        headline=_text(node, "headline"),
        description=_text(node, "description"),
        instruction=_text(node, "instruction"),
        web=_text(node, "web"),
        contact=_text(node, "contact"),
        parameters=_named(node, "parameter"),
        resources=tuple(_resource(child) for child in _nodes(node, "resource")),
        areas=tuple(_area(child) for child in _nodes(node, "area")),
    )


def _resource(node: etree._Element) -> Resource:
    return Resource(
        resource_desc=_must(node, "resourceDesc"),
        mime_type=_text(node, "mimeType"),
        size=_text(node, "size"),
        uri=_text(node, "uri"),
        deref_uri=_text(node, "derefUri"),
        digest=_text(node, "digest"),
    )


def _area(node: etree._Element) -> Area:
    return Area(
        area_desc=_must(node, "areaDesc"),
        polygons_latlon_deg=tuple(polygon_of(text) for text in _texts(node, "polygon")),
        circles=tuple(circle_of(text) for text in _texts(node, "circle")),
        geocodes=_named(node, "geocode"),
        altitude_ft=_number_ft(node, "altitude"),
        ceiling_ft=_number_ft(node, "ceiling"),
    )


def _named(node: etree._Element, name: str) -> tuple[Named, ...]:
    return tuple(
        Named(value_name=_text(child, "valueName"), value=_text(child, "value"))
        for child in _nodes(node, name)
    )


def _nodes(node: etree._Element, name: str) -> list[etree._Element]:
    return node.findall(f"{_PREFIX}{name}")


def _texts(node: etree._Element, name: str) -> tuple[str, ...]:
    """Return the texts of all elements of a name that are not empty."""
    return tuple(text for child in _nodes(node, name) if (text := _flat(child)))


def _text(node: etree._Element, name: str) -> str:
    """Return an element's text, or an empty string."""
    child = node.find(f"{_PREFIX}{name}")
    return "" if child is None else _flat(child)


def _must(node: etree._Element, name: str) -> str:
    """Return an element's text; raises ValueError where it is missing or empty."""
    text = _text(node, name)
    if not text:
        raise ValueError(f"element {name} is missing or empty")
    return text


def _flat(node: etree._Element) -> str:
    """Return an element's text without white space about it; markup inside it is left out."""
    return (node.text or "").strip()


def _time_ns(node: etree._Element, name: str) -> int | None:
    text = _text(node, name)
    return instant_ns(text) if text else None


def _number_ft(node: etree._Element, name: str) -> float | None:
    text = _text(node, name)
    return number_of(text) if text else None
