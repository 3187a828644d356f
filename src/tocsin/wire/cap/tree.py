"""XML bytes to a tree, safely: no entities, no network, no bombs, and no exception for bad bytes.

The limits are met before anything is expanded or copied, so that a file made to harm costs little:
a length before parsing, libxml2's own limits on depth, names and texts while parsing, and a
count of elements and of points before their texts are read.
"""

from collections.abc import Iterator

from lxml import etree

from tocsin.model.raw import Rejected

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
OLD_NAMESPACES = {
    "urn:oasis:names:tc:emergency:cap:1.1": "1.1",
    "http://www.incident.com/cap/1.0": "1.0",
}
"""Versions before 1.2 that are still met in the field."""

MOST_BYTES = 8_000_000
"""Larger input is refused before it is parsed; the largest real alert seen has 0.9 MB."""
MOST_ELEMENTS = 20_000
"""More elements than this is no alert; the largest real one seen has some hundreds."""
MOST_POINTS = 100_000
"""More points than this in all polygons is no alert; the largest real one seen has 41,009."""

_BOMBS = {etree.ErrorTypes.ERR_ENTITY_LOOP, etree.ErrorTypes.ERR_RESOURCE_LIMIT}
"""Codes of libxml2 for entities that expand without end, and for what nests too deep."""
_ROOTS = {f"{{{space}}}alert" for space in (NAMESPACE, *OLD_NAMESPACES)}


def parse_tree(data: bytes, source: str = "") -> etree._Element | Rejected:
    """Parse any XML within the limits.

    Returns:
        The root element, or why there is none: `too-large`, `not-xml`, `bomb`, `doctype`,
        `too-many-elements`, `too-many-points`.
    """
    if len(data) > MOST_BYTES:
        return rejected(b"", source, "too-large", f"{len(data)} bytes, at most {MOST_BYTES}")
    try:
        root = etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError) as wrong:
        if getattr(wrong, "code", None) in _BOMBS:
            detail = "it would grow or nest without end, and was not read further"
            return rejected(data, source, "bomb", detail)
        return rejected(
            data, source, "not-xml", _one_line(getattr(wrong, "msg", None) or str(wrong))
        )
    if root.getroottree().docinfo.internalDTD is not None:
        detail = "DOCTYPE, the means of entity bombs"
        return rejected(data, source, "doctype", detail)
    return _within_limits(root, data, source)


def alert_tree(data: bytes, source: str = "") -> etree._Element | Rejected:
    """Parse one CAP alert of version 1.0, 1.1 or 1.2; also refuses what is `not-cap`."""
    root = parse_tree(data, source)
    if isinstance(root, Rejected) or root.tag in _ROOTS:
        return root
    return rejected(data, source, "not-cap", f"root element {root.tag}, not CAP 1.2 alert")


def parser() -> etree.XMLParser:
    """Return a parser that expands nothing, fetches nothing and keeps libxml2's own limits."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def rejected(data: bytes, source: str, reason: str, detail: str) -> Rejected:
    """Return a reject of the whole input."""
    return Rejected(source=source, offset=0, reason=reason, detail=detail, raw=data)


def _within_limits(root: etree._Element, data: bytes, source: str) -> etree._Element | Rejected:
    elements = points = 0
    for node in root.iter("*"):
        elements += 1
        if node.tag.endswith("}polygon"):
            points += (node.text or "").count(",")
    if elements > MOST_ELEMENTS:
        detail = f"{elements} elements, at most {MOST_ELEMENTS}"
        return rejected(data, source, "too-many-elements", detail)
    if points > MOST_POINTS:
        detail = f"{points} points in polygons, at most {MOST_POINTS}"
        return rejected(data, source, "too-many-points", detail)
    return root


def local(node: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return node.tag.rpartition("}")[2]


def space(node: etree._Element) -> str:
    """Return an element's namespace, or an empty string."""
    return node.tag[1:].partition("}")[0] if node.tag.startswith("{") else ""


def elements(node: etree._Element, name: str = "*") -> Iterator[etree._Element]:
    """Return the child elements of the same namespace, of one name or of all."""
    tag: str = node.tag
    return iter(node.iterchildren(tag[: tag.rfind("}") + 1] + name))


def flat(node: etree._Element | None) -> str:
    """Return an element's text without white space about it; empty where there is no element."""
    return "" if node is None else (node.text or "").strip()


def text_of(node: etree._Element, name: str) -> str:
    """Return the text of the first child of a name, or an empty string."""
    return flat(next(elements(node, name), None))


def place_of(node: etree._Element) -> str:
    """Return where an element stands: `alert/info[2]/area[1]/polygon[1]`."""
    steps = [_step(one) for one in (node, *node.iterancestors())]
    return "/".join(reversed(steps))


def _step(node: etree._Element) -> str:
    """Return one step of a path; numbered where the same name comes more than once."""
    before = sum(1 for _ in node.itersiblings(node.tag, preceding=True))
    after = next(node.itersiblings(node.tag), None)
    return local(node) if not before and after is None else f"{local(node)}[{before + 1}]"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
