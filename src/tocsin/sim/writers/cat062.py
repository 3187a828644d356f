"""CAT062 system tracks with CAT065 service messages, as a neighbouring centre sends them.

EUROCONTROL-SPEC-0149-9 (CAT062 1.16 to 1.21) and -15 (CAT065 1.4 to 1.6):

| item | octets | content |
|---|---|---|
| I062/010 | 2 | SAC, SIC |
| I062/015 | 1 | service |
| I062/070 | 3 | time of the track, LSB 1/128 s |
| I062/105 | 8 | latitude, longitude, LSB 180/2^25 deg |
| I062/185 | 4 | velocity east, north, LSB 0.25 m/s |
| I062/060 | 2 | Mode 3/A code (cooperative tracks only) |
| I062/245 | 7 | target identification: downlinked, spare, 8 x 6 bits (cooperative tracks only) |
| I062/380 | 4 | subfield ADR: aircraft address (cooperative tracks only) |
| I062/040 | 2 | track number |
| I062/080 | 1 | confirmed; multisensor |
| I062/136 | 2 | flight level, LSB 1/4 FL (cooperative tracks only) |
| I062/500 | 5 | subfield APC: accuracy of position x, y, LSB 0.5 m |
| I065/010, 000, 015, 030 | 7 | SAC, SIC; 1 SDPS status; service; time of day |
| I065/040 | 1 | operational, no overload, time source valid |
"""

import numpy as np

from tocsin.model.detection import F64
from tocsin.model.units import FL_M
from tocsin.sim.reports import PositionReports
from tocsin.sim.writers.packing import Counts, Names, block, callsign_bits, pack, scaled, ticks

CATEGORY = 62
STATUS_CATEGORY = 65
_HEAD = (("sac", 1), ("sic", 1), ("service", 1), ("tod", 3), ("lat", 4), ("lon", 4))
_VELOCITY = (("east", 2), ("north", 2))
_ACCURACY = (("accuracy_subfields", 1), ("accuracy_x", 2), ("accuracy_y", 2))
_PLAIN = (("fspec", 4), *_HEAD, *_VELOCITY, ("number", 2), ("status", 1), *_ACCURACY)
_KNOWN = (
    ("fspec", 4),
    *_HEAD,
    *_VELOCITY,
    ("mode_a", 2),
    ("origin", 1),
    ("callsign", 6),
    ("own_subfields", 1),
    ("icao", 3),
    ("number", 2),
    ("status", 1),
    ("level", 2),
    *_ACCURACY,
)
# FRN 1 3 4 5 7 | (9 10 11) 12 13 | (17) | 27
_PLAIN_FSPEC = 0b1011_1011_0000_1101_0000_0001_0000_0100
_KNOWN_FSPEC = 0b1011_1011_0111_1101_0010_0001_0000_0100
_LAT_LSB_DEG = 180.0 / (1 << 25)
_SPEED_LSB_MPS = 0.25
_ACCURACY_LSB_M = 0.5
_SUBFIELD_1 = 0b1000_0000
_I16 = (-(1 << 15), (1 << 15) - 1)
SERVICE = 1
MOST_TRACKS = 4_095


def track_records(
    reports: PositionReports,
    tod_s: F64,
    source: tuple[int, int],
    names: Names,
    *,
    sigma_m: float,
) -> list[bytes]:
    """Return one record per track update, in the order given.

    Rows with an address carry code, identification and flight level too.

    Args:
        reports: n rows; the track number follows from the target.
        tod_s: shape (n,), time of day of the track; wrapped at midnight.
        source: SAC and SIC of the centre.
        names: what is known of the rows.
        sigma_m: accuracy per axis that the centre claims.
    """
    columns: Counts = {
        "sac": source[0],
        "sic": source[1],
        "service": SERVICE,
        "tod": ticks(tod_s),
        "lat": scaled(reports.lat_deg, _LAT_LSB_DEG, -(1 << 31), (1 << 31) - 1),
        "lon": scaled(reports.lon_deg, _LAT_LSB_DEG, -(1 << 31), (1 << 31) - 1),
        "east": scaled(reports.east_mps, _SPEED_LSB_MPS, *_I16),
        "north": scaled(reports.north_mps, _SPEED_LSB_MPS, *_I16),
        "number": reports.target_id % MOST_TRACKS + 1,
        "status": 0,
        "accuracy_subfields": _SUBFIELD_1,
        "accuracy_x": round(sigma_m / _ACCURACY_LSB_M),
        "accuracy_y": round(sigma_m / _ACCURACY_LSB_M),
        "mode_a": np.maximum(names.mode_a, 0),
        "origin": 0,
        "callsign": callsign_bits(names.callsign),
        "own_subfields": _SUBFIELD_1,
        "icao": np.maximum(names.icao, 0),
        "level": scaled(np.nan_to_num(reports.alt_msl_m), FL_M / 4, *_I16),
    }
    plain = pack(_PLAIN, columns | {"fspec": _PLAIN_FSPEC}, len(tod_s))
    known = pack(_KNOWN, columns | {"fspec": _KNOWN_FSPEC}, len(tod_s))
    return [known[i] if names.icao[i] >= 0 else plain[i] for i in range(len(tod_s))]


def status_blocks(tod_s: F64, source: tuple[int, int]) -> list[bytes]:
    """Return one CAT065 block per time: the centre is up."""
    layout = (("fspec", 1), ("sac", 1), ("sic", 1), ("message", 1), ("service", 1))
    columns: Counts = {
        "fspec": 0b1111_0100,
        "sac": source[0],
        "sic": source[1],
        "message": 1,
        "service": SERVICE,
        "tod": ticks(tod_s),
        "state": 0b0000_1000,
    }
    records = pack((*layout, ("tod", 3), ("state", 1)), columns, len(tod_s))
    return [block(STATUS_CATEGORY, [record]) for record in records]
