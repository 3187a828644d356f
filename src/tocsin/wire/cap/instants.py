"""CAP times: `2002-05-24T16:49:00-07:00`; no fraction, no `Z`, and UTC is `-00:00`.

CAP 1.2 section 3.3.2: "Alphabetic timezone designators such as 'Z' MUST NOT be used. The
timezone for UTC MUST be represented as '-00:00'".
"""

import re
from datetime import UTC, datetime

from tocsin.model.units import S_NS

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)


def cap_time(t_ns: int) -> str:
    """Write an instant in UTC, cut down to the second."""
    when = datetime.fromtimestamp(t_ns // S_NS, tz=UTC)
    return when.isoformat(timespec="seconds").replace("+00:00", "-00:00")


def instant_ns(text: str) -> int:
    """Read a CAP time; raises ValueError with the one line that says what is wrong."""
    if not _FORM.fullmatch(text):
        raise ValueError(f"time {text!r} is not of the form 2002-05-24T16:49:00-07:00")
    try:
        when = datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as wrong:
        raise ValueError(f"time {text!r} lies outside the years 1 to 9999") from wrong
    return int(when.timestamp()) * S_NS
