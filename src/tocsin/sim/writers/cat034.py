"""CAT034, monoradar service messages: north marks and sector crossings, the radar's heartbeat.

EUROCONTROL-SPEC-0149-2b, editions 1.27 to 1.29:

| item | octets | content |
|---|---|---|
| I034/010 | 2 | SAC, SIC |
| I034/000 | 1 | 1 north mark, 2 sector crossing |
| I034/030 | 3 | time of day, LSB 1/128 s |
| I034/020 | 1 | sector: azimuth, LSB 360/256 deg (sector crossing) |
| I034/041 | 2 | antenna rotation period, LSB 1/128 s (north mark) |
"""

from tocsin.model.detection import F64
from tocsin.sim.writers.packing import TICKS_PER_S, Counts, block, pack, scaled, ticks

CATEGORY = 34
NORTH_MARK, SECTOR_CROSSING = 1, 2
_HEAD = (("fspec", 1), ("sac", 1), ("sic", 1), ("message", 1), ("tod", 3))
_NORTH = (*_HEAD, ("period", 2))
_SECTOR = (*_HEAD, ("sector", 1))


def north_marks(tod_s: F64, turn_s: float, source: tuple[int, int]) -> list[bytes]:
    """Return one block per passage of north."""
    columns: Counts = {
        "fspec": 0b1110_1000,
        "sac": source[0],
        "sic": source[1],
        "message": NORTH_MARK,
        "tod": ticks(tod_s),
        "period": round(turn_s * TICKS_PER_S),
    }
    return [block(CATEGORY, [record]) for record in pack(_NORTH, columns, len(tod_s))]


def sector_crossings(tod_s: F64, azimuth_deg: F64, source: tuple[int, int]) -> list[bytes]:
    """Return one block per passage of a sector's first azimuth."""
    columns: Counts = {
        "fspec": 0b1111_0000,
        "sac": source[0],
        "sic": source[1],
        "message": SECTOR_CROSSING,
        "tod": ticks(tod_s),
        "sector": scaled(azimuth_deg % 360.0, 360.0 / 256.0, 0, 0xFF),
    }
    return [block(CATEGORY, [record]) for record in pack(_SECTOR, columns, len(tod_s))]
