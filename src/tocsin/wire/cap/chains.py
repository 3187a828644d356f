"""What holds now: an Update replaces, a Cancel ends, an expiry lapses.

Alerts refer to earlier ones by `sender,identifier,sent` (CAP 1.2 section 3.2.1, references). A
lapsed alert is not an all-clear: nobody said that it is over.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from tocsin.model.units import S_NS
from tocsin.wire.cap.message import references_of
from tocsin.wire.cap.records import CapAlert, Reference

State = Literal["current", "replaced", "cancelled", "lapsed", "notice"]
"""`notice`: a Cancel, Ack or Error: it tells of others and holds nothing itself."""

BREAKS = {
    "missing": "it refers to an alert that is not there",
    "foreign": "it refers to an alert of another sender",
    "twice": "the same sender, identifier and time stand on two different alerts",
    "postdated": "it refers to an alert that was sent later",
    "self": "it refers to itself",
    "fork": "two updates replace the same alert, and neither replaces the other",
    "changed-status": "it refers to an alert of another status (Actual, Exercise, ...)",
}
"""Faults of a chain, in plain words."""


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of a chain."""

    code: str
    """A key of `BREAKS`."""
    alert: Reference
    """Whose chain is broken."""
    about: Reference


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One alert of a set, and whether it still holds."""

    alert: CapAlert
    state: State
    by: Reference | None
    """The alert that replaced or cancelled it."""


class Chains(msgspec.Struct, frozen=True, kw_only=True):
    """A set of alerts put in order."""

    standings: tuple[Standing, ...]
    """Ascending by time of sending, then identifier."""
    breaks: tuple[Break, ...]

    @property
    def current(self) -> tuple[CapAlert, ...]:
        """Return the alerts that hold."""
        return tuple(one.alert for one in self.standings if one.state == "current")


def name_of(alert: CapAlert) -> Reference:
    """Return the three that name an alert; CAP times are whole seconds."""
    sent_ns = alert.sent_ns // S_NS * S_NS
    return Reference(sender=alert.sender, identifier=alert.identifier, sent_ns=sent_ns)


def chains(alerts: Iterable[CapAlert], t_ns: int) -> Chains:
    """Put a set of alerts in order.

    Only its own sender can replace or cancel an alert; a reference from another is named as a
    break and changes nothing.

    Args:
        alerts: Any number, in any order; the same alert given twice counts once.
        t_ns: Now, Unix ns UTC; what is sent later is left out of the judgement of others.
    """
    ordered = sorted(set(alerts), key=_order)
    known: dict[Reference, CapAlert] = {}
    breaks: list[Break] = []
    for alert in ordered:
        name = name_of(alert)
        if known.setdefault(name, alert) is not alert:
            breaks.append(Break(code="twice", alert=name, about=name))
    ended: dict[Reference, CapAlert] = {}
    for alert in known.values():
        for reference in references_of(alert.references)[0]:
            breaks.extend(_breaks(alert, reference, known, ended))
            if _may_end(alert, reference, known) and alert.sent_ns <= t_ns:
                ended[reference] = _stronger(ended.get(reference), alert)
    standings = tuple(_standing(alert, ended.get(name), t_ns) for name, alert in known.items())
    return Chains(standings=standings, breaks=tuple(breaks))


def expires_ns(alert: CapAlert) -> int | None:
    """Return when the last info block of an alert ends; None where one has no end."""
    ends = [info.expires_ns for info in alert.infos]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _order(alert: CapAlert) -> tuple[int, str, str, bytes]:
    return alert.sent_ns, alert.identifier, alert.sender, msgspec.json.encode(alert)


def _may_end(alert: CapAlert, reference: Reference, known: dict[Reference, CapAlert]) -> bool:
    """Return whether an alert can replace or end what it refers to."""
    target = known.get(reference)
    return (
        alert.msg_type in {"Update", "Cancel"}
        and reference.sender == alert.sender
        and reference.sent_ns <= alert.sent_ns
        and reference != name_of(alert)
        and (target is None or target.status == alert.status)
    )


def _stronger(known: CapAlert | None, alert: CapAlert) -> CapAlert:
    """Return which of two ends an alert: a Cancel before an Update, else the later one."""
    if known is None or (known.msg_type != "Cancel" and alert.sent_ns >= known.sent_ns):
        return alert
    return known


def _breaks(
    alert: CapAlert,
    reference: Reference,
    known: dict[Reference, CapAlert],
    ended: dict[Reference, CapAlert],
) -> list[Break]:
    target, earlier = known.get(reference), ended.get(reference)
    updates = earlier is not None and {earlier.msg_type, alert.msg_type} == {"Update"}
    forked = updates and earlier is not None and name_of(earlier) not in _named(alert)
    ending = alert.msg_type in {"Update", "Cancel"}
    seen = {
        "self": reference == name_of(alert),
        "missing": target is None,
        "foreign": ending and reference.sender != alert.sender,
        "postdated": reference.sent_ns > alert.sent_ns,
        "changed-status": target is not None and target.status != alert.status,
        "fork": forked,
    }
    return [
        Break(code=code, alert=name_of(alert), about=reference)
        for code, is_so in seen.items()
        if is_so
    ]


def _named(alert: CapAlert) -> list[Reference]:
    return references_of(alert.references)[0]


def _standing(alert: CapAlert, by: CapAlert | None, t_ns: int) -> Standing:
    state: State
    end_ns = expires_ns(alert)
    if alert.msg_type not in {"Alert", "Update"}:
        state = "notice"
    elif by is not None:
        state = "cancelled" if by.msg_type == "Cancel" else "replaced"
    elif end_ns is not None and end_ns <= t_ns:
        state = "lapsed"
    else:
        state = "current"
    return Standing(alert=alert, state=state, by=None if by is None else name_of(by))
