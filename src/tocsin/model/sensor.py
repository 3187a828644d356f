"""A sensor as its owner would describe it: where it stands, how well and how often it sees."""

from typing import Annotated, Literal

import msgspec

SensorKind = Literal["radar", "surface_radar", "mlat", "adsb", "bearing", "acoustic", "tracks"]

OneSigma = Annotated[float, msgspec.Meta(gt=0.0)]


class Noise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One-sigma measurement errors; those that a kind of sensor does not have stay None."""

    range_sigma_m: OneSigma | None = None
    """Slant range."""
    azimuth_sigma_deg: OneSigma | None = None
    """Azimuth or bearing."""
    elevation_sigma_deg: OneSigma | None = None
    """Elevation, for radars that measure it."""
    position_sigma_m: OneSigma | None = None
    """Per horizontal axis, for sensors that report positions."""
    height_sigma_m: OneSigma | None = None
    """Height, where the sensor reports it and states no accuracy."""
    range_rate_sigma_mps: OneSigma | None = None
    """Doppler."""


class Sensor(msgspec.Struct, frozen=True, kw_only=True):
    """One sensor, with its place in the site plane already worked out.

    `pd_*` is the probability that one look at a target inside coverage yields a detection;
    it differs between cooperative targets (a transponder answers) and others (skin echo).
    """

    id: str
    kind: SensorKind
    lat_deg: float
    lon_deg: float
    alt_ellipsoid_m: float
    """Height of the antenna over the WGS84 ellipsoid."""
    pos_site_m: tuple[float, float]
    """East, north of the antenna in the site plane."""
    convergence_rad: float
    """Azimuth of the site plane's grid north at the antenna, clockwise from true north."""
    pd_cooperative_prob: float
    pd_noncooperative_prob: float
    revisit_s: float
    """Time of one turn or scan, or the usual interval of updates."""
    range_min_m: float
    range_max_m: float
    elevation_max_deg: float
    """Top of the beam; above it lies the cone of silence."""
    clutter_per_look: float
    """False detections without a transponder expected in one turn or scan (a first guess)."""
    noise: Noise
    noise_by_type: dict[int, Noise]
    """Overrides of `noise` by report type (CAT048 I020 TYP)."""
    note: str
    """Words shown with the sensor; says "invented" where it is."""
    range_bias_m: float = 0.0
    """What a surface radar's ranges are too long by; taken off."""
    azimuth_bias_deg: float = 0.0
    """What its azimuths are too far clockwise by; taken off."""
