"""A site file as it is written: one Struct per table, before anything is worked out.

The path `$.sensor[0].lat_deg` of a wrong value comes from here; what a table cannot say by itself
(files, frames, duplicates) is checked in `tocsin.config`. Every setting is explained in
docs/sites.md.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.model.errors import BadSettings
from tocsin.model.place import BorderKind
from tocsin.model.sensor import Noise, SensorKind

Latitude = Annotated[float, Meta(ge=-90.0, le=90.0)]
Longitude = Annotated[float, Meta(ge=-180.0, le=180.0)]
Height = Annotated[float, Meta(ge=-500.0, le=20_000.0)]
Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
Positive = Annotated[float, Meta(gt=0.0, le=1e7)]
NotNegative = Annotated[float, Meta(ge=0.0, le=1e7)]
Octet = Annotated[int, Meta(ge=0, le=255)]
Words = Annotated[str, Meta(min_length=1)]
ReportType = Annotated[str, Meta(pattern=r"^[0-7]$")]
Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]

NOISE_NEEDED: dict[SensorKind, tuple[str, ...]] = {
    "radar": ("range_sigma_m", "azimuth_sigma_deg"),
    "surface_radar": ("range_sigma_m", "azimuth_sigma_deg"),
    "mlat": ("position_sigma_m",),
    "adsb": ("position_sigma_m",),
    "tracks": ("position_sigma_m",),
    "bearing": ("azimuth_sigma_deg",),
    "acoustic": (),
}
"""The errors that every kind of sensor must state: without them it has no covariance."""


class LayerEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where features are read from."""

    file: Words
    """Path beside the site file, or absolute: .geojson, .geojson.gz, .gpkg or .fgb."""
    layer: str | None = None
    """Layer of a GeoPackage that holds several."""
    where: dict[str, str | int | float | bool] = {}
    """Only features whose properties have exactly these values."""


class SiteEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[site]` table."""

    name: Id
    """Short name of the site, as its file."""
    title: Words
    """Name for people."""
    lat_deg: Annotated[float, Meta(ge=-85.0, le=85.0)]
    """Latitude of the centre of the site plane, WGS84; best in the middle of what is watched."""
    lon_deg: Longitude
    """Its longitude."""
    note: str = ""
    """Shown with every picture, report and draft of the site; says what is invented."""
    synthetic: bool = False
    """True: sensors or borders are invented, so that every draft is an exercise."""
    time_zone: Words = "UTC"
    """IANA name, for local times in texts and reports."""
    undulation_m: Annotated[float, Meta(ge=-110.0, le=90.0)] = 0.0
    """Height of mean sea level over the ellipsoid about the site."""
    attributions: tuple[Words, ...] = ()
    """Licence lines of the map data, printed with every map and report."""
    sbs_utc_offset_s: Annotated[float, Meta(ge=-50_400.0, le=50_400.0)] = 0.0
    """Seconds by which the writer of an SBS feed is ahead of UTC: SBS carries local time."""


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[[sensor.feed]]` table: ASTERIX data that comes from the sensor."""

    category: Annotated[int, Meta(ge=1, le=255)]
    """ASTERIX category."""
    sac: Octet
    """System area code of the source."""
    sic: Octet
    """System identification code of the source."""
    edition: Annotated[str, Meta(pattern=r"^\d+\.\d+$")]
    """Edition of the category's standard, as `tocsin probe` finds it."""


class SensorEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[[sensor]]` table."""

    id: Id
    """Name of the sensor, given once."""
    kind: SensorKind
    """What it is and so what it measures."""
    lat_deg: Latitude
    """Latitude of the antenna, WGS84. Positions in CAT010 and CAT020 count from here."""
    lon_deg: Longitude
    """Its longitude."""
    alt_ellipsoid_m: Height
    """Its height over the WGS84 ellipsoid (not over the sea: see `site.undulation_m`)."""
    pd_cooperative_prob: Probability
    """Probability that one look at a target in coverage that has a transponder detects it."""
    pd_noncooperative_prob: Probability
    """The same without a transponder; 0 for what hears transponders only."""
    revisit_s: Positive
    """Time of one turn or scan, or the usual interval of updates."""
    range_max_m: Positive
    """How far it sees, slant; for `acoustic` how far it hears."""
    range_min_m: NotNegative = 0.0
    """Nearer than this it sees nothing."""
    elevation_max_deg: Annotated[float, Meta(gt=0.0, le=90.0)] = 90.0
    """Top of the beam; above it lies the cone of silence."""
    clutter_per_look: NotNegative = 0.0
    """False detections without a transponder expected in one look: a first guess, then learned."""
    noise: Noise
    """1-sigma errors; which are needed follows from `kind`."""
    range_bias_m: Annotated[float, Meta(ge=-1000.0, le=1000.0)] = 0.0
    """What a surface radar's ranges are too long by; taken off."""
    azimuth_bias_deg: Annotated[float, Meta(ge=-10.0, le=10.0)] = 0.0
    """What its azimuths are too far clockwise by; taken off."""
    noise_by_type: dict[ReportType, Noise] = {}
    """By report type (CAT048 I020 TYP); only what differs from `noise` need be given."""
    note: str = ""
    """Words shown with the sensor; say "invented" where it is."""
    feed: tuple[FeedEntry, ...] = ()
    """ASTERIX sources that carry its data, status categories with them."""
    text_feed: tuple[Words, ...] = ()
    """Feeds without SAC and SIC: `readsb`, `sbs`, or the name of a source."""

    def __post_init__(self) -> None:
        """Refuse a sensor that contradicts itself."""
        if self.range_min_m >= self.range_max_m:
            raise ValueError("range_min_m must be below range_max_m")
        for name in NOISE_NEEDED[self.kind]:
            if getattr(self.noise, name) is None:
                raise ValueError(f"noise.{name} is missing: a sensor of kind {self.kind} needs it")


class BorderEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[[border]]` table: a line with its pedigree, and the side that it protects."""

    id: Id
    """Name of the border, given once."""
    kind: BorderKind
    """What the line is; `invented` lines need `site.synthetic`."""
    source: Words
    """Who drew it; named beside every crossing time."""
    vintage: Words
    """When it was drawn."""
    licence: Words
    """Terms of use of the line."""
    sigma_m: Positive
    """1-sigma of the line's position; there is no default, because none is proven."""
    inside: LayerEntry
    """Polygon of the protected side."""
    line: LayerEntry | None = None
    """The line itself; else it is worked out from `neighbours`."""
    neighbours: LayerEntry | None = None
    """Polygons of the countries beyond: the line is the edge shared with them."""

    def __post_init__(self) -> None:
        """Refuse two lines, or none."""
        if (self.line is None) == (self.neighbours is None):
            raise ValueError(
                "exactly one of line and neighbours is needed: the line itself, or the polygons of "
                "the countries beyond it"
            )


def check_entries(
    site: SiteEntry,
    sensors: Sequence[SensorEntry],
    borders: Sequence[BorderEntry],
    *,
    where: str,
) -> None:
    """Refuse what no single table can show to be wrong: names given twice, hidden invention.

    Raises BadSettings, with `where` the file.
    """
    sources = [f"CAT{f.category:03d} SAC {f.sac} SIC {f.sic}" for s in sensors for f in s.feed]
    _refuse_twice([sensor.id for sensor in sensors], f"{where}: sensor", "id")
    _refuse_twice([border.id for border in borders], f"{where}: border", "id")
    _refuse_twice(sources, f"{where}: sensor.feed", "source")
    _refuse_twice([t for sensor in sensors for t in sensor.text_feed], f"{where}: sensor", "feed")
    for border in borders:
        if border.kind == "invented" and not site.synthetic:
            raise BadSettings(
                "the border is invented but the site is not marked synthetic",
                where=f'{where}: border["{border.id}"].kind',
                remedy="Set synthetic = true in [site].",
            )


def _refuse_twice(names: Sequence[str], where: str, what: str) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise BadSettings(
                f"{what} {name} is given {times} times", where=where, remedy="Make each one unique."
            )
