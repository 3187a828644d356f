"""What an aircraft says of itself, as the text feeds carry it. Missing stays missing."""

import math
import string

import msgspec

HEX_DIGITS = frozenset(string.hexdigits)
SQUAWK_DIGITS = frozenset("01234567")


class AircraftReport(msgspec.Struct, frozen=True, kw_only=True):
    """One position or part of one, in the units of the feed."""

    address: int
    """24 bits."""
    is_icao: bool = True
    """False: not an ICAO address (anonymous, TIS-B track file); readsb writes `~` before it."""
    kind: str = ""
    """readsb: how it was heard (`adsb_icao`, `mlat`, `tisb_other`, ...)."""
    t_s: float | None = None
    """Time of the position, seconds since 1970 by the clock that wrote the feed."""
    lat_deg: float | None = None
    lon_deg: float | None = None
    alt_baro_ft: float | None = None
    """Pressure altitude above 1013.25 hPa."""
    alt_geom_ft: float | None = None
    """Height over the WGS84 ellipsoid."""
    on_ground: bool | None = None
    callsign: str | None = None
    squawk: int | None = None
    """Mode 3/A code as a number, 0 to 4095."""
    nic: int | None = None
    nac_p: int | None = None
    version: int | None = None
    """ADS-B version, 0 to 2."""


def address_of(text: str) -> int | None:
    """Return a 24-bit address from six hexadecimal digits, else None."""
    if len(text) != 6 or not HEX_DIGITS.issuperset(text):
        return None
    return int(text, 16)


def squawk_of(text: str) -> int | None:
    """Return a Mode 3/A code from four octal digits, else None."""
    if len(text) != 4 or not SQUAWK_DIGITS.issuperset(text):
        return None
    return int(text, 8)


def squawk_text(code: int) -> str:
    """Return a code as four octal digits."""
    return f"{code:04o}"


def callsign_of(text: str) -> str | None:
    """Return a call sign without its padding; None where it is blank or not printable ASCII."""
    plain = text.strip().rstrip("@").strip()
    return plain[:8] if plain and plain.isascii() and plain.isprintable() else None


def place_of(
    lat_deg: float | None, lon_deg: float | None
) -> tuple[float, float] | tuple[None, None]:
    """Return latitude and longitude where both are possible, else neither."""
    if lat_deg is None or lon_deg is None:
        return None, None
    if not (math.isfinite(lat_deg) and math.isfinite(lon_deg)):
        return None, None
    if abs(lat_deg) > 90.0 or abs(lon_deg) > 180.0:
        return None, None
    return lat_deg, lon_deg
