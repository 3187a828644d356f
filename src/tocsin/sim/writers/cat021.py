"""CAT021, ADS-B target reports, editions 2.1 to 2.7 (EUROCONTROL-SPEC-0149-12).

| item | octets | content |
|---|---|---|
| I021/010 | 2 | SAC, SIC |
| I021/040 | 1 | 24-bit ICAO address, 25 ft reporting, no extension |
| I021/071 | 3 | time of applicability of position, LSB 1/128 s |
| I021/131 | 8 | latitude, longitude, LSB 180/2^30 deg |
| I021/080 | 3 | aircraft address |
| I021/073 | 3 | time of reception of position, LSB 1/128 s |
| I021/090 | 2 | NACv, NIC; first extension: SIL, NACp |
| I021/145 | 2 | flight level, LSB 1/4 FL |
| I021/160 | 4 | ground speed, LSB 2^-14 NM/s; track angle, LSB 360/65536 deg |
| I021/077 | 3 | time of transmission of the report, LSB 1/128 s |
| I021/170 | 6 | aircraft identification |
"""

import numpy as np

from tocsin.model.detection import F64
from tocsin.model.units import FL_M, NM_M
from tocsin.sim.reports import PositionReports
from tocsin.sim.writers.packing import (
    Counts,
    Names,
    angle_counts,
    callsign_bits,
    pack,
    scaled,
    ticks,
)

CATEGORY = 21
_LAYOUT = (
    ("fspec", 5),
    ("sac", 1),
    ("sic", 1),
    ("descriptor", 1),
    ("tod_position", 3),
    ("lat", 4),
    ("lon", 4),
    ("icao", 3),
    ("tod_reception", 3),
    ("quality", 2),
    ("level", 2),
    ("speed", 2),
    ("track", 2),
    ("tod_report", 3),
    ("callsign", 6),
)
# FRN 1 2 5 7 | 11 12 | 17 21 | 26 28 | 29
_FSPEC = 0b1100_1011_0001_1001_0010_0011_0000_1011_1000_0000
_LAT_LSB_DEG = 180.0 / (1 << 30)
_SPEED_LSB_MPS = NM_M / (1 << 14)
_NACV_NIC = (2 << 5) | (8 << 1) | 1
"""NACv 2 (under 3 m/s), NIC 8 (under 0.1 NM), extension follows."""
_SIL_NACP = (3 << 5) | (9 << 1)
"""SIL 3, NACp 9 (under 30 m, 95 %)."""


def adsb_records(
    reports: PositionReports,
    tod_s: F64,
    source: tuple[int, int],
    names: Names,
    *,
    latency_s: float,
) -> list[bytes]:
    """Return one record per report, its quality that of a common GNSS receiver.

    Args:
        reports: n rows.
        tod_s: shape (n,), time of day of applicability; wrapped at midnight.
        source: SAC and SIC of the station.
        names: addresses and callsigns of the rows.
        latency_s: from there to the transmission of the report.
    """
    speed_mps = np.hypot(reports.east_mps, reports.north_mps)
    course_deg = np.degrees(np.arctan2(reports.east_mps, reports.north_mps))
    columns: Counts = {
        "fspec": _FSPEC,
        "sac": source[0],
        "sic": source[1],
        "descriptor": 0b0000_1000,
        "tod_position": ticks(tod_s),
        "lat": scaled(reports.lat_deg, _LAT_LSB_DEG, -(1 << 31), (1 << 31) - 1),
        "lon": scaled(reports.lon_deg, _LAT_LSB_DEG, -(1 << 31), (1 << 31) - 1),
        "icao": names.icao,
        "tod_reception": ticks(tod_s),
        "quality": (_NACV_NIC << 8) | _SIL_NACP,
        "level": scaled(reports.alt_msl_m, FL_M / 4, -(1 << 15), (1 << 15) - 1),
        "speed": scaled(speed_mps, _SPEED_LSB_MPS, 0, 0x7FFF),
        "track": angle_counts(course_deg),
        "tod_report": ticks(tod_s + latency_s),
        "callsign": callsign_bits(names.callsign),
    }
    return pack(_LAYOUT, columns, len(tod_s))
