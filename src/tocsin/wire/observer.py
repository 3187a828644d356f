"""Reports of observers and acoustic posts, one JSON object a line.

No standard exists for these, so this form is ours; every key has its unit in its name.

    {"report": "bearing", "observer": "post-3", "t_ns": 1780005600000000000,
     "azimuth_true_deg": 123.0, "sigma_deg": 8.0}
    {"report": "heard", "observer": "mic-7", "t_ns": ..., "within_m": 2500.0}
    {"report": "alive", "observer": "mic-7", "t_ns": ...}

`bearing`: something seen or heard in a direction from true north (a compass needs the declination
first). `heard`: something is within a distance of the post; `t_ns` is when its sound arrived.
`alive`: the post works and reports nothing. `sigma_deg` and `within_m` may be left out: the site
file's values count then. Unknown keys are refused, so that a misspelt one is not silently lost.
"""

from typing import Literal

import msgspec

from tocsin.model.raw import Rejected


class Bearing(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="report", tag="bearing",
    forbid_unknown_fields=True,
):  # fmt: skip
    """Something in a direction."""

    observer: str
    t_ns: int
    azimuth_true_deg: float
    sigma_deg: float | None = None


class Heard(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="report", tag="heard",
    forbid_unknown_fields=True,
):  # fmt: skip
    """Something near."""

    observer: str
    t_ns: int
    within_m: float | None = None


class Alive(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="report", tag="alive",
    forbid_unknown_fields=True,
):  # fmt: skip
    """The post works."""

    observer: str
    t_ns: int


Report = Bearing | Heard | Alive
Reason = Literal["not_a_report", "impossible_value"]
_T_MAX_NS = 2**62


def decode(line: bytes, source: str = "", offset: int = 0) -> Report | Rejected:
    """Return the report of one line. No bytes whatever raise an error."""
    try:
        report: Report = msgspec.json.decode(line, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _rejected("not_a_report", str(error), line, source, offset)
    wrong = _impossible(report)
    return _rejected("impossible_value", wrong, line, source, offset) if wrong else report


def encode(report: Report) -> bytes:
    """Return one line with its end."""
    return msgspec.json.encode(report) + b"\n"


def _impossible(report: Report) -> str:
    """Return what no observer can mean, or nothing."""
    if not 0 <= report.t_ns < _T_MAX_NS:
        return f"t_ns {report.t_ns} is no time since 1970 in nanoseconds"
    if isinstance(report, Bearing):
        if not 0.0 <= report.azimuth_true_deg <= 360.0:
            return f"azimuth_true_deg {report.azimuth_true_deg} is not within 0 to 360"
        if report.sigma_deg is not None and not 0.0 < report.sigma_deg <= 180.0:
            return f"sigma_deg {report.sigma_deg} is not within 0 to 180"
    within_m = report.within_m if isinstance(report, Heard) else None
    if within_m is not None and not 0.0 < within_m <= 100_000.0:
        return f"within_m {within_m} is not within 0 to 100,000"
    return ""


def _rejected(reason: Reason, detail: str, raw: bytes, source: str, offset: int) -> Rejected:
    return Rejected(source=source, offset=offset, reason=reason, detail=detail, raw=raw)
