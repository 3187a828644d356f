"""What each category is for, in words (EUROCONTROL's titles, shortened)."""

TITLES = {
    1: "radar target reports (old)",
    2: "radar service messages (old)",
    4: "safety net messages",
    7: "directed interrogation messages",
    8: "weather radar information",
    9: "composite weather reports",
    10: "surface movement reports",
    11: "surface movement system tracks",
    15: "independent surveillance reports",
    16: "independent surveillance status",
    17: "Mode S surveillance coordination",
    18: "Mode S data link",
    19: "multilateration status",
    20: "multilateration target reports",
    21: "ADS-B target reports",
    23: "ADS-B station status",
    25: "ground station status",
    30: "ARTAS tracks (old)",
    32: "minimum flight plan data",
    34: "radar service messages",
    48: "radar target reports",
    62: "system tracks",
    63: "sensor status",
    65: "tracker status",
    150: "flight plan data",
    205: "radio direction finder reports",
    240: "radar video",
    247: "version numbers",
    252: "ARTAS session messages",
}


def title(category: int) -> str:
    """Return what a category is for, or that it is not known here."""
    return TITLES.get(category, "unknown category")
