"""The checker: everything that is wrong with an alert, each with its place and its remedy."""

from collections.abc import Iterator
from itertools import islice

from lxml import etree

from tocsin.model.errors import BadInput
from tocsin.model.raw import Rejected
from tocsin.wire.cap.agreement import check_agreement
from tocsin.wire.cap.areas import check_areas
from tocsin.wire.cap.encode import encode
from tocsin.wire.cap.findings import Fault, Finding, finding_of
from tocsin.wire.cap.links import check_links
from tocsin.wire.cap.message import check_message
from tocsin.wire.cap.old import renew
from tocsin.wire.cap.records import CapAlert
from tocsin.wire.cap.regions import Box
from tocsin.wire.cap.structure import check_structure
from tocsin.wire.cap.times import check_times
from tocsin.wire.cap.tree import NAMESPACE, OLD_NAMESPACES, alert_tree, space
from tocsin.wire.cap.wording import check_wording

MOST_FINDINGS = 100
"""More help nobody; a file made to harm could make a million."""


def check(
    alert: CapAlert | bytes,
    *,
    strict: bool = False,
    region: Box | None = None,
    t_ns: int | None = None,
) -> tuple[Finding, ...]:
    """Return what is wrong with an alert, in the order of the file's subjects.

    Args:
        alert: A record (it is written first), or XML as received.
        strict: As for what we send: blemishes are errors too.
        region: Where the sender may warn; without it the countries of the languages are taken.
        t_ns: Time of checking, Unix ns UTC, where it is known: nothing is sent in the future.

    Returns:
        At most 100 findings; none: the alert is sound.
    """
    data = _written(alert)
    root = data if isinstance(data, Rejected) else alert_tree(data)
    if isinstance(root, Rejected):
        return (finding_of(Fault(root.reason, None, root.detail), strict=strict),)
    faults = islice(_faults(root, region, t_ns), MOST_FINDINGS)
    return tuple(finding_of(fault, strict=strict) for fault in faults)


def is_sound(findings: tuple[Finding, ...]) -> bool:
    """Return whether no finding is an error."""
    return all(finding.severity != "error" for finding in findings)


def _written(alert: CapAlert | bytes) -> bytes | Rejected:
    """Return an alert's XML; a text that XML cannot carry is a reject."""
    if isinstance(alert, bytes):
        return alert
    try:
        return encode(alert)
    except BadInput as wrong:
        return Rejected(source="", offset=0, reason="not-xml", detail=wrong.what, raw=b"")


def _faults(root: etree._Element, region: Box | None, t_ns: int | None) -> Iterator[Fault]:
    """Yield the faults of the file as it is; then what it means, brought up to date."""
    if version := OLD_NAMESPACES.get(space(root)):
        yield Fault("old-version", root, version)
    yield from check_structure(root)
    yield from check_times(root, t_ns)
    if space(root) != NAMESPACE:
        renew(root)
    yield from check_message(root)
    yield from check_wording(root)
    yield from check_agreement(root)
    yield from check_links(root)
    yield from check_areas(root, region)
