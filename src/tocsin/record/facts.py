"""What a run stood on: the site, its sensors, border and places, and the versions that ran.

Written once at the start of a run, so that the report needs nothing but the record. Everything
is in WGS84, lon then lat inside line and ring coordinates as in GeoJSON.
"""

from collections.abc import Sequence

import msgspec

from tocsin.model.place import Border, BorderKind, Country, Place, Zone
from tocsin.model.sensor import Sensor

LonLat = tuple[float, float]
Ring = tuple[LonLat, ...]


class BorderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One border line with its pedigree."""

    id: str
    source: str
    vintage: str
    licence: str
    kind: BorderKind
    sigma_m: float
    """1-sigma of the line's position."""
    lines_lonlat_deg: tuple[Ring, ...]


def border_facts(border: Border, lines_lonlat_deg: Sequence[Ring]) -> BorderFacts:
    """Return what is recorded of a border whose line, in lon lat, is `lines_lonlat_deg`."""
    return BorderFacts(
        id=border.id,
        source=border.source,
        vintage=border.vintage,
        licence=border.licence,
        kind=border.kind,
        sigma_m=border.sigma_m,
        lines_lonlat_deg=tuple(lines_lonlat_deg),
    )


class SiteFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The site as it was set when the run began."""

    id: str
    title: str
    time_zone: str
    """IANA name, for local times in the report."""
    synthetic: bool
    """True: part of the input is simulated; every rendering says so."""
    note: str
    """Words to print with the site, or empty."""
    centre_lonlat_deg: LonLat
    sensors: tuple[Sensor, ...]
    borders: tuple[BorderFacts, ...]
    countries: tuple[Country, ...]
    places: tuple[Place, ...]
    zones: tuple[Zone, ...]
    attributions: tuple[str, ...]
    """Licence lines of the map data, printed as they are."""
    settings_toml: str
    """The settings file as it was read."""


class SensorHeartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """A sensor's account so far: what makes a silent sensor seen to be silent.

    Counts run from the start of the run. One is written every few seconds for every sensor,
    silent ones too.
    """

    sensor_id: str
    t_ns: int
    batches: int
    records: int
    """Records decoded."""
    detections: int
    """Rows handed to the tracker."""
    rejected: int
    t_first_data_ns: int | None
    t_last_data_ns: int | None
    """Time of its latest data; None: nothing yet."""
    clutter_per_look: float | None
    """The tracker's present estimate of false detections in one look; None: none made."""
