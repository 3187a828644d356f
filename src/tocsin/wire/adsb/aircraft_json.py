"""`aircraft.json` of readsb, tar1090, dump1090: a snapshot of all aircraft, about every second.

Format: README-json.md of readsb. Used here:

    now        s since 1970      time of the snapshot
    aircraft[] hex               address, `~` before it where it is no ICAO address
               flight            call sign, padded with blanks
               lat, lon          degrees; last position
               seen_pos          s before `now` at which the position was heard
               alt_baro          ft of pressure altitude, or "ground"
               alt_geom          ft over the WGS84 ellipsoid
               squawk            four octal digits
               nic, nac_p, version, type

Keys are left out where nothing is known. A position stays in the snapshots for a minute, with
`seen_pos` growing: see `tocsin.detect.friendly`, which takes each once.
"""

import math
from typing import Any, NamedTuple

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

GROUND = "ground"
_SMALL = range(16)


class Snapshot(NamedTuple):
    """What one file says."""

    reports: tuple[AircraftReport, ...]
    """Also of aircraft without a position."""
    rejects: tuple[Rejected, ...]


def decode(data: bytes, source: str = "", offset: int = 0) -> Snapshot:
    """Return the reports of one snapshot. No bytes whatever raise an error.

    Args:
        data: one JSON object.
        source: for rejects.
        offset: where the object begins in its source.
    """
    try:
        whole = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _nothing("not_json", f"no JSON object: {error}", data, source, offset)
    if not isinstance(whole, dict) or not isinstance(whole.get("aircraft"), list):
        return _nothing("no_aircraft", "the list `aircraft` is missing", data, source, offset)
    now_s = _number(whole.get("now"))
    if now_s is None or now_s <= 0.0:
        return _nothing("no_time", "the time `now` is missing", data, source, offset)
    reports, rejects = [], []
    for entry in whole["aircraft"]:
        report = _report(entry, now_s)
        if report is None:
            rejects.append(_bad_aircraft(entry, source, offset))
        else:
            reports.append(report)
    return Snapshot(tuple(reports), tuple(rejects))


def encode(now_s: float, reports: tuple[AircraftReport, ...]) -> bytes:
    """Return a snapshot as readsb writes it; positions are dated by `seen_pos` to 0.001 s."""
    entries = [_entry(report, now_s) for report in reports]
    return msgspec.json.encode({"now": now_s, "aircraft": entries})


def _report(entry: object, now_s: float) -> AircraftReport | None:
    """Return one aircraft, None where it has no usable address."""
    if not isinstance(entry, dict):
        return None
    name = _text(entry.get("hex"))
    address = address_of(name.removeprefix("~"))
    if address is None:
        return None
    lat_deg, lon_deg = place_of(_number(entry.get("lat")), _number(entry.get("lon")))
    seen_s = _number(entry.get("seen_pos"))
    baro = entry.get("alt_baro")
    return AircraftReport(
        address=address,
        is_icao=not name.startswith("~"),
        kind=_text(entry.get("type")),
        t_s=None if seen_s is None or lat_deg is None else now_s - seen_s,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        alt_baro_ft=_number(baro),
        alt_geom_ft=_number(entry.get("alt_geom")),
        on_ground=True if baro == GROUND else (False if _number(baro) is not None else None),
        callsign=callsign_of(_text(entry.get("flight"))),
        squawk=squawk_of(_text(entry.get("squawk"))),
        nic=_small(entry.get("nic")),
        nac_p=_small(entry.get("nac_p")),
        version=_small(entry.get("version")),
    )


def _entry(report: AircraftReport, now_s: float) -> dict[str, Any]:
    """Return one aircraft as the file carries it, without the keys of which nothing is known."""
    known = {
        "hex": ("" if report.is_icao else "~") + f"{report.address:06x}",
        "type": report.kind or None,
        "flight": None if report.callsign is None else f"{report.callsign:<8}",
        "alt_baro": GROUND if report.on_ground else report.alt_baro_ft,
        "alt_geom": report.alt_geom_ft,
        "squawk": None if report.squawk is None else squawk_text(report.squawk),
        "lat": report.lat_deg,
        "lon": report.lon_deg,
        "seen_pos": None if report.t_s is None else round(now_s - report.t_s, 3),
        "nic": report.nic,
        "nac_p": report.nac_p,
        "version": report.version,
    }
    return {key: value for key, value in known.items() if value is not None}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _small(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number in _SMALL else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _nothing(reason: str, detail: str, data: bytes, source: str, offset: int) -> Snapshot:
    reject = Rejected(source=source, offset=offset, reason=reason, detail=detail, raw=data)
    return Snapshot((), (reject,))


def _bad_aircraft(entry: object, source: str, offset: int) -> Rejected:
    # Not encoded as JSON again: it may hold a number that is too large to be written.
    raw = repr(entry)[:2_000].encode(errors="replace")
    return Rejected(
        source=source,
        offset=offset,
        reason="bad_aircraft",
        detail=f"an aircraft without a 24-bit address: {raw[:60].decode(errors='replace')}",
        raw=raw,
    )
