"""CAT048, monoradar target reports: primary plots and Mode S plots.

EUROCONTROL-SPEC-0149-4 (the first two FSPEC octets are the same in editions 1.21 to 1.32):

| item | octets | content |
|---|---|---|
| I048/010 | 2 | SAC, SIC |
| I048/140 | 3 | time of day, LSB 1/128 s |
| I048/020 | 1 | TYP in the three high bits, no extension |
| I048/040 | 4 | slant range, LSB 1/256 NM; azimuth, LSB 360/65536 deg |
| I048/070 | 2 | Mode 3/A code, validated, in four octal digits (Mode S plots only) |
| I048/090 | 2 | flight level, LSB 1/4 FL, two's complement in 14 bits (Mode S plots only) |
| I048/220 | 3 | 24-bit aircraft address (Mode S plots only) |
| I048/240 | 6 | aircraft identification, 8 x 6 bits (Mode S plots only) |
"""

import numpy as np

from tocsin.model.detection import F64
from tocsin.model.units import FL_M, NM_M
from tocsin.sim.radar import TYP_PRIMARY, RadarPlots
from tocsin.sim.writers.packing import (
    Counts,
    Names,
    angle_counts,
    block,
    callsign_bits,
    pack,
    scaled,
    ticks,
)

CATEGORY = 48
RANGE_LSB_M = NM_M / 256.0
_PRIMARY = (
    ("fspec", 1),
    ("sac", 1),
    ("sic", 1),
    ("tod", 3),
    ("descriptor", 1),
    ("rho", 2),
    ("theta", 2),
)
_MODE_S = (
    ("fspec", 2),
    *_PRIMARY[1:],
    ("mode_a", 2),
    ("level", 2),
    ("icao", 3),
    ("callsign", 6),
)
_PRIMARY_FSPEC = 0b1111_0000
_MODE_S_FSPEC = 0b1111_1101_1100_0000


def primary_records(
    tod_s: F64, range_m: F64, azimuth_rad: F64, source: tuple[int, int]
) -> list[bytes]:
    """Return one primary-only record per plot.

    Args:
        tod_s: shape (n,), time of day; wrapped at midnight.
        range_m: shape (n,), slant range, held to what the item can say (0 to 474 km).
        azimuth_rad: shape (n,), true azimuth, any turn.
        source: SAC and SIC.
    """
    columns = _polar(tod_s, range_m, azimuth_rad, source)
    columns |= {"fspec": _PRIMARY_FSPEC, "descriptor": TYP_PRIMARY << 5}
    return pack(_PRIMARY, columns, len(tod_s))


def mode_s_records(
    plots: RadarPlots, tod_s: F64, source: tuple[int, int], names: Names
) -> list[bytes]:
    """Return one Mode S record per plot; all of them must have been answered."""
    columns = _polar(tod_s, plots.range_m, plots.azimuth_rad, source)
    columns |= {
        "fspec": _MODE_S_FSPEC,
        "descriptor": plots.typ << 5,
        "mode_a": names.mode_a,
        "level": scaled(plots.alt_msl_m, FL_M / 4, -(1 << 13), (1 << 13) - 1) & 0x3FFF,
        "icao": names.icao,
        "callsign": callsign_bits(names.callsign),
    }
    return pack(_MODE_S, columns, len(tod_s))


def primary_blocks(
    tod_s: F64, range_m: F64, azimuth_rad: F64, source: tuple[int, int]
) -> list[bytes]:
    """Return one block of one primary plot each; arguments as for `primary_records`."""
    records = primary_records(tod_s, range_m, azimuth_rad, source)
    return [block(CATEGORY, [record]) for record in records]


def _polar(tod_s: F64, range_m: F64, azimuth_rad: F64, source: tuple[int, int]) -> Counts:
    return {
        "sac": source[0],
        "sic": source[1],
        "tod": ticks(tod_s),
        "rho": scaled(range_m, RANGE_LSB_M, 0, 0xFFFF),
        "theta": angle_counts(np.degrees(azimuth_rad)),
    }
