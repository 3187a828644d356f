"""Where a country lies, roughly: enough to see that latitude and longitude were swapped.

Boxes are coarse, by hand, rounded outwards to whole degrees; nothing is decided by them but
the plausibility of a place.
"""

from typing import NamedTuple


class Box(NamedTuple):
    """South, west, north, east."""

    south_deg: float
    west_deg: float
    north_deg: float
    east_deg: float

    def holds(self, lat_deg: float, lon_deg: float) -> bool:
        """Return whether a place lies in the box."""
        return (
            self.south_deg <= lat_deg <= self.north_deg
            and self.west_deg <= lon_deg <= self.east_deg
        )

    def grown(self, by_deg: float) -> "Box":
        """Return a larger box."""
        return Box(
            self.south_deg - by_deg,
            self.west_deg - by_deg,
            self.north_deg + by_deg,
            self.east_deg + by_deg,
        )


COUNTRIES: dict[str, Box] = {
    "AT": Box(46, 9, 50, 18), "BG": Box(41, 22, 45, 29), "BY": Box(51, 23, 57, 33),
    "CZ": Box(48, 12, 52, 19), "DE": Box(47, 5, 56, 16), "DK": Box(54, 8, 58, 16),
    "EE": Box(57, 21, 60, 29), "FI": Box(59, 19, 71, 32), "GR": Box(34, 19, 42, 30),
    "HR": Box(42, 13, 47, 20), "HU": Box(45, 16, 49, 23), "LT": Box(53, 20, 57, 27),
    "LV": Box(55, 20, 59, 29), "MD": Box(45, 26, 49, 31), "NO": Box(57, 4, 72, 32),
    "PL": Box(48, 14, 55, 25), "RO": Box(43, 20, 49, 31), "RS": Box(42, 18, 47, 24),
    "SE": Box(55, 10, 70, 25), "SI": Box(45, 13, 47, 17), "SK": Box(47, 16, 50, 23),
    "TR": Box(35, 25, 43, 45), "UA": Box(44, 22, 53, 41),
}  # fmt: skip

HOMES = {
    "be": "BY", "bg": "BG", "cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "et": "EE",
    "fi": "FI", "hr": "HR", "hu": "HU", "lt": "LT", "lv": "LV", "nb": "NO", "nn": "NO",
    "no": "NO", "pl": "PL", "ro": "RO", "sk": "SK", "sl": "SI", "sr": "RS", "sv": "SE",
    "tr": "TR", "uk": "UA",
}  # fmt: skip
"""Languages that have a home, and where. English, French, Portuguese or Spanish have none: an
alert in `pt-PT` may well be about Mozambique."""
