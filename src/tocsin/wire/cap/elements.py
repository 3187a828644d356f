"""What may stand where in a CAP 1.2 alert, and the standard's lists of values.

Our own tables of CAP 1.2 sections 3.2.1 to 3.2.4, in the standard's order.
"""

import msgspec

SIGNATURES = "http://www.w3.org/2000/09/xmldsig#"
"""The one other vocabulary that may stand in an alert, at its end (section 3.2.1)."""
FOREVER = 1 << 30
"""As often as you like."""


class Slot(msgspec.Struct, frozen=True):
    """One element of a block: its name, how often it may stand, and what it holds."""

    name: str
    least: int = 0
    most: int = 1
    block: str = ""
    """Block that it opens, or empty: it holds text."""


class Listed(msgspec.Struct, frozen=True):
    """The values that an element may have."""

    values: tuple[str, ...]


def _slots(*entries: str) -> tuple[Slot, ...]:
    """Read `name`, `name!` (must), `name*` (any number), `name+` (one or more), `name*=block`."""
    slots = []
    for entry in entries:
        written, _, block = entry.partition("=")
        name = written.rstrip("!*+")
        mark = written[len(name) :]
        least = 1 if mark in {"!", "+"} else 0
        slots.append(Slot(name, least, FOREVER if mark in {"*", "+"} else 1, block))
    return tuple(slots)


BLOCKS: dict[str, tuple[Slot, ...]] = {
    "alert": _slots(
        *("identifier!", "sender!", "sent!", "status!", "msgType!", "source", "scope!"),
        *("restriction", "addresses", "code*", "note", "references", "incidents", "info*=info"),
    ),
    "info": _slots(
        *("language", "category+", "event!", "responseType*", "urgency!", "severity!"),
        *("certainty!", "audience", "eventCode*=named", "effective", "onset", "expires"),
        *("senderName", "headline", "description", "instruction", "web", "contact"),
        *("parameter*=named", "resource*=resource", "area*=area"),
    ),
    "resource": _slots("resourceDesc!", "mimeType!", "size", "uri", "derefUri", "digest"),
    "area": _slots(
        *("areaDesc!", "polygon*", "circle*", "geocode*=named", "altitude", "ceiling"),
    ),
    "named": _slots("valueName!", "value!"),
}

VALUES: dict[str, Listed] = {
    "status": Listed(("Actual", "Exercise", "System", "Test", "Draft")),
    "msgType": Listed(("Alert", "Update", "Cancel", "Ack", "Error")),
    "scope": Listed(("Public", "Restricted", "Private")),
    "category": Listed(
        (
            *("Geo", "Met", "Safety", "Security", "Rescue", "Fire"),
            *("Health", "Env", "Transport", "Infra", "CBRNE", "Other"),
        )
    ),
    "responseType": Listed(
        (
            *("Shelter", "Evacuate", "Prepare", "Execute", "Avoid"),
            *("Monitor", "Assess", "AllClear", "None"),
        )
    ),
    "urgency": Listed(("Immediate", "Expected", "Future", "Past", "Unknown")),
    "severity": Listed(("Extreme", "Severe", "Moderate", "Minor", "Unknown")),
    "certainty": Listed(("Observed", "Likely", "Possible", "Unlikely", "Unknown")),
}

REFERRING = frozenset({"Update", "Cancel", "Ack", "Error"})
"""Message types that are about earlier messages (section 3.2.1, msgType)."""
ACTING = frozenset({"Shelter", "Evacuate", "Prepare", "Execute", "Avoid"})
"""Response types that ask people to do something."""
PROSE = ("event", "headline", "description", "instruction")
"""What is written in the language of its block."""
