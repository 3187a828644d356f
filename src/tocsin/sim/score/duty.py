"""What the night asked of the duty officer: calls, and how fast an alert got out.

The measure of load is that of alarm management in industry (ISA-18.2, EEMUA 191): about six calls
an hour can be dealt with for long, more than ten in ten minutes is a flood.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from tocsin.model.alert import Alarm, Sent
from tocsin.model.units import S_NS
from tocsin.sim.score.notices import WARN, Notice, raises

HOUR_S = 3600.0
BURST_S = 600.0


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """Calls to the operator."""

    alarms: int
    alarms_per_h: float
    """Mean over the run; a run shorter than an hour counts as one."""
    worst_10_min: int
    """Most within any ten minutes."""


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """From the first draft of a warning to its publication, for every raise that was let out."""

    first_s: float
    """Of the first alert of the run."""
    median_s: float
    worst_s: float
    unsent: int
    """Raises that nobody let out."""


def calls(alarms: Sequence[Alarm], span_s: float) -> Calls:
    """Return the load of a run that lasted `span_s`."""
    t_s = np.sort(np.array([alarm.t_ns / S_NS for alarm in alarms], dtype=np.float64))
    within = np.searchsorted(t_s, t_s + BURST_S, side="left") - np.arange(len(t_s))
    return Calls(
        alarms=len(alarms),
        alarms_per_h=len(alarms) / max(span_s / HOUR_S, 1.0),
        worst_10_min=int(within.max(initial=0)),
    )


def latency(drafted: Sequence[Notice], sent: Sequence[Sent]) -> Latency | None:
    """Return how long alerts took from the threshold to the public; None: nothing was let out."""
    waits_s, unsent = [], 0
    for one in raises(drafted, WARN):
        out_ns = [
            s.t_sent_ns
            for s in sent
            if s.draft.zone_id == one.zone_id
            and s.draft.purpose == "warning"
            and one.t_ns <= s.t_sent_ns <= one.t_end_ns
        ]
        unsent += not out_ns
        waits_s += [(min(out_ns) - one.t_ns) / S_NS] if out_ns else []
    if not waits_s:
        return None
    return Latency(
        first_s=waits_s[0],
        median_s=float(np.median(waits_s)),
        worst_s=max(waits_s),
        unsent=unsent,
    )
