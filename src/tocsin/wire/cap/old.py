"""Old forms that are still met: CAP 1.0 and 1.1, and times with `Z`, a fraction or `+00:00`.

`renew` brings a tree up to date where the meaning is certain, so that everything behind it has
to know one form only. What was old is said by `tocsin.wire.cap.check` before.
"""

import re

from lxml import etree

from tocsin.wire.cap.tree import NAMESPACE, OLD_NAMESPACES, elements, flat, local, space

TIMES = frozenset({"sent", "effective", "onset", "expires"})
VERY_LIKELY = "Very Likely"
"""A certainty of CAP 1.0, since 1.1 to be read as Likely (CAP 1.2 section 3.2.2)."""

_OLD_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def renew(root: etree._Element) -> None:
    """Bring an alert's tree up to date in place: namespace, times, certainty."""
    old = space(root)
    if old in OLD_NAMESPACES:
        for node in root.iter(f"{{{old}}}*"):
            node.tag = f"{{{NAMESPACE}}}{local(node)}"
    for node in _with_times(root):
        node.text = renewed_time(flat(node))
    for info in elements(root, "info"):
        for node in elements(info, "certainty"):
            if flat(node) == VERY_LIKELY:
                node.text = "Likely"


def renewed_time(text: str) -> str:
    """Return a time in today's form, cut down to the second; as it is where it has none."""
    match = _OLD_TIME.fullmatch(text)
    if not match:
        return text
    moment, _, zone = match.groups()
    return f"{moment}{'-00:00' if zone in {'Z', '+00:00'} else zone}"


def _with_times(root: etree._Element) -> list[etree._Element]:
    nodes = [root, *elements(root, "info")]
    return [child for node in nodes for child in elements(node) if local(child) in TIMES]
