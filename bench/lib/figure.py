"""One figure of the table: what was measured, on what, beside its peer or its target."""

import json
import operator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED_DATA = ROOT.parent / "shared" / "data"
HOLDS = {"<=": operator.le, ">=": operator.ge, "==": operator.eq}


def figure(
    what: str,
    on: str,
    measured: float,
    *,
    unit: str = "",
    reach: str = "",
    peer: str = "",
) -> None:
    """Print a figure as one JSON line.

    `reach` is the target, as an operator and a number ("<= 480") or two ("3.6 .. 4.4"); without
    one nothing is judged. `peer` says in words what others reach.
    """
    line = {
        "what": what,
        "on": on,
        "reach": reach,
        "measured": measured,
        "peer": peer,
        "unit": unit,
        "ok": reached(measured, reach),
    }
    print(json.dumps(line), flush=True)


def reached(measured: float, reach: str) -> bool | None:
    """Tell whether a target is reached; None without a target."""
    if not reach:
        return None
    first, second, *rest = reach.split()
    if first in HOLDS:
        return bool(HOLDS[first](measured, float(second)))
    return float(first) <= measured <= float(rest[0])


def skipped(on: str, reason: str) -> None:
    """Print that a figure could not be measured, and why."""
    print(json.dumps({"skipped": on, "reason": reason}), flush=True)
