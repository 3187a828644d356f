"""Polygons and circles as CAP writes them: `lat,lon lat,lon ...` and `lat,lon radius_km`."""

import re
from decimal import Decimal

from tocsin.wire.cap.records import Circle

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)

Ring = tuple[tuple[float, float], ...]


def polygon_text(ring_latlon_deg: Ring) -> str:
    """Write a ring; every number exactly as it is."""
    return " ".join(f"{_plain(lat_deg)},{_plain(lon_deg)}" for lat_deg, lon_deg in ring_latlon_deg)


def polygon_of(text: str) -> Ring:
    """Read a ring; raises ValueError where a point is not two numbers."""
    return tuple(_pair(point) for point in text.split())


def circle_text(circle: Circle) -> str:
    """Write a circle."""
    return f"{_plain(circle.lat_deg)},{_plain(circle.lon_deg)} {_plain(circle.radius_km)}"


def circle_of(text: str) -> Circle:
    """Read a circle; raises ValueError where it is not a point and a radius."""
    point, _, radius = text.strip().partition(" ")
    lat_deg, lon_deg = _pair(point)
    return Circle(lat_deg=lat_deg, lon_deg=lon_deg, radius_km=number_of(radius))


def _pair(text: str) -> tuple[float, float]:
    """Read `lat,lon`."""
    lat, comma, lon = text.partition(",")
    if not comma:
        raise ValueError(f"point {text!r} is not of the form lat,lon")
    return number_of(lat), number_of(lon)


def number_of(text: str) -> float:
    """Read a decimal number; raises ValueError for anything else (`nan`, `1e3`, `1_0`)."""
    if not _DECIMAL.fullmatch(text.strip()):
        raise ValueError(f"{text.strip()!r} is not a decimal number")
    return float(text)


def _plain(number_deg: float) -> str:
    """Write a number exactly, without an exponent and without `.0`."""
    return f"{Decimal(repr(number_deg)):f}".removesuffix(".0")
