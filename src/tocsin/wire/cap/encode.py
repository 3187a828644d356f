"""CAP 1.2 records to XML, valid against the OASIS schema, without insignificant white space."""

from lxml import etree

from tocsin.model.errors import BadInput
from tocsin.wire.cap.instants import cap_time
from tocsin.wire.cap.records import Area, CapAlert, Info, Named, Resource
from tocsin.wire.cap.shapes import circle_text, polygon_text
from tocsin.wire.cap.tree import NAMESPACE

__all__ = ["NAMESPACE", "encode"]


def encode(alert: CapAlert) -> bytes:
    """Write an alert as UTF-8 XML.

    Raises BadInput where a text holds a character that XML 1.0 cannot carry (a control
    character, say).
    """
    try:
        return etree.tostring(_alert(alert), xml_declaration=True, encoding="UTF-8")
    except ValueError as wrong:
        raise BadInput(
            f"a text cannot be written as XML ({wrong})",
            where=f"alert {alert.identifier!r}",
            remedy="Take control characters out of names and texts.",
        ) from wrong


def _alert(alert: CapAlert) -> etree._Element:
    default_prefix: dict[str | None, str] = {None: NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap=default_prefix)  # type: ignore[arg-type]
    _add(root, "identifier", alert.identifier)
    _add(root, "sender", alert.sender)
    _add(root, "sent", cap_time(alert.sent_ns))
    _add(root, "status", alert.status)
    _add(root, "msgType", alert.msg_type)
    _add_filled(root, source=alert.source)
    _add(root, "scope", alert.scope)
    _add_filled(root, restriction=alert.restriction, addresses=alert.addresses)
    for code in alert.codes:
        _add(root, "code", code)
    _add_filled(root, note=alert.note, references=alert.references, incidents=alert.incidents)
    for info in alert.infos:
        _info(root, info)
    return root


def _info(root: etree._Element, info: Info) -> None:
    node = _add(root, "info", None)
    _add_filled(node, language=info.language)
    for category in info.categories:
        _add(node, "category", category)
    _add(node, "event", info.event)
    for response in info.response_types:
        _add(node, "responseType", response)
    _add(node, "urgency", info.urgency)
    _add(node, "severity", info.severity)
    _add(node, "certainty", info.certainty)
    _add_filled(node, audience=info.audience)
    _named(node, "eventCode", info.event_codes)
    for name, t_ns in (
        ("effective", info.effective_ns),
        ("onset", info.onset_ns),
        ("expires", info.expires_ns),
    ):
        if t_ns is not None:
            _add(node, name, cap_time(t_ns))
    _add_filled(
        node,
        senderName=info.sender_name,
        headline=info.headline,
        description=info.description,
        instruction=info.instruction,
        web=info.web,
        contact=info.contact,
    )
    _named(node, "parameter", info.parameters)
    for resource in info.resources:
        _resource(node, resource)
    for area in info.areas:
        _area(node, area)


def _resource(info: etree._Element, resource: Resource) -> None:
    node = _add(info, "resource", None)
    _add(node, "resourceDesc", resource.resource_desc)
    _add(node, "mimeType", resource.mime_type)
    _add_filled(
        node,
        size=resource.size,
        uri=resource.uri,
        derefUri=resource.deref_uri,
        digest=resource.digest,
    )


def _area(info: etree._Element, area: Area) -> None:
    node = _add(info, "area", None)
    _add(node, "areaDesc", area.area_desc)
    for ring in area.polygons_latlon_deg:
        _add(node, "polygon", polygon_text(ring))
    for circle in area.circles:
        _add(node, "circle", circle_text(circle))
    _named(node, "geocode", area.geocodes)
    for name, height_ft in (("altitude", area.altitude_ft), ("ceiling", area.ceiling_ft)):
        if height_ft is not None:
            _add(node, name, f"{height_ft:f}")


def _named(parent: etree._Element, name: str, values: tuple[Named, ...]) -> None:
    for value in values:
        node = _add(parent, name, None)
        _add(node, "valueName", value.value_name)
        _add(node, "value", value.value)


def _add(parent: etree._Element, name: str, text: str | None) -> etree._Element:
    node = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    node.text = text
    return node


def _add_filled(parent: etree._Element, **texts: str) -> None:
    """Add the elements that have a text, in the order given."""
    for name, text in texts.items():
        if text:
            _add(parent, name, text)
