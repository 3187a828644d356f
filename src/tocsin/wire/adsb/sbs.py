"""SBS / BaseStation lines (TCP port 30003): one message a line, comma separated, 22 fields.

     0 MSG (others: SEL, ID, AIR, STA, CLK carry no report)     11 altitude ft (pressure)
     1 transmission type 1..8                                   12 ground speed kt
     4 hex address                                              13 track deg
     6, 7 date yyyy/mm/dd, time hh:mm:ss.sss generated          14, 15 latitude, longitude deg
     8, 9 the same, logged                                      16 vertical rate ft/min
    10 call sign (type 1)                                       17 squawk (type 6)
                                                                21 on ground: -1 or 1, else 0

Trap: the times are those of the writing computer's clock in its own zone, without saying which.
They are returned as if they were UTC; the caller knows or works out the offset. Positions (types
2 and 3) carry neither call sign nor squawk: both are remembered by address over time.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from tocsin.model.raw import Rejected
from tocsin.wire.adsb.report import (
    AircraftReport,
    address_of,
    callsign_of,
    place_of,
    squawk_of,
    squawk_text,
)

FIELDS = 22
REMEMBER_S = 300.0
"""How long a call sign or squawk is taken for that of the address."""
_OTHER_LINES = frozenset({"SEL", "ID", "AIR", "STA", "CLK"})
_TRANSMISSIONS = frozenset("12345678")
_CALLSIGN, _ALTITUDE, _LAT, _LON, _SQUAWK, _GROUND = 10, 11, 14, 15, 17, 21


class Known(msgspec.Struct, frozen=True):
    """What an address said of itself lately."""

    t_s: float
    callsign: str | None
    squawk: int | None


SbsMemory = dict[int, Known]
"""By address."""


class Lines(NamedTuple):
    """What a run of lines says."""

    reports: tuple[AircraftReport | None, ...]
    """One a line; None for lines that are no report. Times as if the feed's clock were UTC."""
    rejects: tuple[Rejected, ...]
    memory: SbsMemory


def decode(
    lines: Sequence[bytes], memory: SbsMemory, source: str = "", offsets: Sequence[int] = ()
) -> Lines:
    """Return the reports of lines in the order received. No bytes whatever raise an error.

    Args:
        lines: without or with their line ends.
        memory: from the lines before.
        source: for rejects.
        offsets: where each line begins in its source.
    """
    known = dict(memory)
    reports: list[AircraftReport | None] = []
    rejects: list[Rejected] = []
    for number, line in enumerate(lines):
        report, reason = _report(line)
        if reason:
            offset = offsets[number] if number < len(offsets) else 0
            rejects.append(_bad_line(line, reason, source, offset))
        reports.append(None if report is None else _completed(report, known))
    newest_s = max((k.t_s for k in known.values()), default=0.0)
    fresh = {a: k for a, k in known.items() if k.t_s >= newest_s - REMEMBER_S}
    return Lines(tuple(reports), tuple(rejects), fresh)


def encode(report: AircraftReport, transmission: int = 3) -> bytes:
    """Return a line for a report with a time; fields that the type does not carry are left out."""
    fields = [""] * FIELDS
    stamp = datetime.fromtimestamp(report.t_s or 0.0, UTC)
    date, time = stamp.strftime("%Y/%m/%d"), f"{stamp:%H:%M:%S}.{stamp.microsecond // 1000:03d}"
    fields[:6] = ["MSG", str(transmission), "1", "1", f"{report.address:06X}", "1"]
    fields[6:10] = [date, time, date, time]
    if transmission == 1:
        fields[_CALLSIGN] = report.callsign or ""
    if transmission in {2, 3}:
        fields[_LAT] = "" if report.lat_deg is None else f"{report.lat_deg:.5f}"
        fields[_LON] = "" if report.lon_deg is None else f"{report.lon_deg:.5f}"
    if transmission in {2, 3, 5, 6, 7} and report.alt_baro_ft is not None:
        fields[_ALTITUDE] = f"{report.alt_baro_ft:.0f}"
    if transmission == 6 and report.squawk is not None:
        fields[_SQUAWK] = squawk_text(report.squawk)
    if report.on_ground is not None:
        fields[_GROUND] = "-1" if report.on_ground else "0"
    return (",".join(fields) + "\r\n").encode("ascii", errors="replace")


def _report(line: bytes) -> tuple[AircraftReport | None, str]:
    """Return the report of a line, or why there is none (empty: the line carries none)."""
    text = line.decode("ascii", errors="replace").strip()
    fields = text.split(",")
    if not text or fields[0] in _OTHER_LINES:
        return None, ""
    if fields[0] != "MSG" or len(fields) < FIELDS - 6 or fields[1] not in _TRANSMISSIONS:
        return None, "not_sbs"
    fields += [""] * (FIELDS - len(fields))
    address = address_of(fields[4].strip())
    if address is None:
        return None, "bad_address"
    t_s = _time_s(fields[6], fields[7])
    if t_s is None:
        return None, "bad_time"
    lat_deg, lon_deg = place_of(_number(fields[_LAT]), _number(fields[_LON]))
    return AircraftReport(
        address=address,
        kind="sbs",
        t_s=t_s,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        alt_baro_ft=_number(fields[_ALTITUDE]),
        on_ground={"-1": True, "1": True, "0": False}.get(fields[_GROUND].strip()),
        callsign=callsign_of(fields[_CALLSIGN]),
        squawk=squawk_of(fields[_SQUAWK].strip()),
    ), ""


def _completed(report: AircraftReport, known: SbsMemory) -> AircraftReport:
    """Return the report with what its address said before, and remember what it says now."""
    t_s = report.t_s or 0.0
    before = known.get(report.address)
    if before is not None and abs(t_s - before.t_s) > REMEMBER_S:
        before = None
    callsign = report.callsign or (before.callsign if before else None)
    squawk = report.squawk if report.squawk is not None else (before.squawk if before else None)
    known[report.address] = Known(t_s, callsign, squawk)
    return msgspec.structs.replace(report, callsign=callsign, squawk=squawk)


def _time_s(date: str, time: str) -> float | None:
    """Return seconds since 1970 as if the feed's clock were UTC."""
    try:
        stamp = datetime.strptime(f"{date.strip()} {time.strip()}", "%Y/%m/%d %H:%M:%S.%f").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None
    return stamp.timestamp()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _bad_line(line: bytes, reason: str, source: str, offset: int) -> Rejected:
    shown = line[:60].decode("ascii", errors="replace").strip()
    return Rejected(
        source=source, offset=offset, reason=reason, detail=f"no SBS message: {shown}", raw=line
    )
