"""Scenario files: what flies, what clutters and how each sensor really errs. TOML to records.

A scenario is synthetic and must say so in its own words (`label`); the words travel with
everything that is made from it.
"""

import datetime as dt
from pathlib import Path as FilePath
from typing import Annotated, Literal

import msgspec

from tocsin.model.errors import BadSettings
from tocsin.model.toml import decode_toml

Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=172_800.0)]
Positive = Annotated[float, msgspec.Meta(gt=0.0, le=1e7)]
NotNegative = Annotated[float, msgspec.Meta(ge=0.0, le=1e7)]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Speed = Annotated[float, msgspec.Meta(ge=1.0, le=400.0)]
Height = Annotated[float, msgspec.Meta(ge=-400.0, le=20_000.0)]
Lat = Annotated[float, msgspec.Meta(ge=-85.0, le=85.0)]
Lon = Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)]
LatLon = tuple[Lat, Lon]
Kind = Literal["drone", "slow_aircraft", "jet", "bird", "other"]
Form = Literal["cat048", "cat021", "cat062", "observer"]
LABEL_WORD = "synthetic"


class Deflection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of course that its own route does not hold: at a place or after a time."""

    at: LatLon | None = None
    """Where it happens: on coming within `within_m` of this place,"""
    within_m: Positive = 500.0
    after_s: Seconds | None = None
    """or so long after the mover's start."""
    turn_deg: Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)] | None = None
    """Turn by so much, clockwise, and fly straight on,"""
    then: tuple[LatLon, ...] = ()
    """or fly by these places instead."""


class Chord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Routes drawn at random: straight across a circle, entering and leaving at its rim."""

    centre: LatLon
    radius_m: Positive


class Drift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Routes of what the wind carries: from anywhere in a circle, all to one course."""

    centre: LatLon
    radius_m: Positive
    to_deg: Annotated[float, msgspec.Meta(ge=0.0, le=360.0)]
    """True course that the wind blows to."""


class Mover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of targets on one route: a drone, a wave of a raid, a flock, traffic."""

    id: str
    kind: Kind
    count: Annotated[int, msgspec.Meta(ge=1, le=5_000)] = 1
    waypoints: tuple[LatLon, ...] = ()
    """Places to fly by; the first is where the group starts."""
    chord: Chord | None = None
    """Random routes instead of waypoints."""
    drift: Drift | None = None
    """Balloons and the like: carried by the wind instead of following a route."""
    spread_m: NotNegative = 0.0
    """Standard deviation per axis of each member's own route about the group's."""
    aim_spread_m: NotNegative | None = None
    """The same at the last waypoint; None: as `spread_m`."""
    start_s: Seconds = 0.0
    start_spread_s: Seconds = 0.0
    """Members start uniformly within so long after `start_s`."""
    speed_mps: Speed
    speed_sigma_mps: NotNegative = 0.0
    """Between members; each keeps its own speed."""
    alt_msl_m: Height
    alt_sigma_m: NotNegative = 0.0
    """Between members; each keeps its own height."""
    climb_mps: Annotated[float, msgspec.Meta(ge=-20.0, le=20.0)] = 0.0
    """Steady climb from there on, or descent; never under the ground nor over 20 km."""
    turn_degps: Annotated[float, msgspec.Meta(gt=0.0, le=30.0)] = 3.0
    """Largest rate of turn."""
    weave_m: NotNegative = 0.0
    """Amplitude of weaving across the route."""
    weave_period_s: Positive = 60.0
    deflection: Deflection | None = None
    unseen_s: tuple[tuple[Seconds, Seconds], ...] = ()
    """Times from the scenario's start in which no sensor gets an echo (shadow, fading)."""
    endurance_s: Seconds | None = None
    """It flies no longer than this and ends wherever it is then: its fuel is spent."""
    endurance_sigma_s: NotNegative = 0.0
    """Between members."""
    ends: Literal["impact", "leaves"] = "leaves"
    """What happens at the last waypoint or the end of the fuel; the path ends there either way."""
    dive_s: Seconds = 0.0
    """It comes down to the ground within so long before its end."""
    cooperative: bool = False
    """Carries a transponder and broadcasts."""
    ghost: bool = False
    """Nothing flies: somebody broadcasts the positions of an aircraft that is not there."""
    icao_from: Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFF)] = 0xF00000
    """Addresses of the members count up from here (F00000 on is in no state's block)."""
    mode_a_from: Annotated[int, msgspec.Meta(ge=0, le=0o7777)] = 0o1000
    callsign: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{0,5}$")] = "SYN"
    """Callsigns are this and a number of three digits."""


class WindFarm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Turbines that blink in a radar: each turn some of them give a plot, always in one place."""

    id: str
    centre: LatLon
    turbines: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    spread_m: Positive
    plot_prob: Share
    """Probability that a turbine in view gives a plot in one turn."""
    hub_msl_m: Height = 150.0


class WeatherCell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A drifting cell of rain: false plots, more in its middle."""

    id: str
    centre: LatLon
    sigma_m: Positive
    plots_per_look: NotNegative
    drift_mps: NotNegative = 10.0
    drift_to_deg: Annotated[float, msgspec.Meta(ge=0.0, le=360.0)] = 90.0
    """True course that it drifts to."""
    from_s: Seconds = 0.0
    to_s: Seconds = 172_800.0


class SensorTruth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a sensor of the site really errs and reports; None takes what the site says of it."""

    sensor: str
    """Id of a sensor in the site file."""
    form: Form
    sac: Annotated[int, msgspec.Meta(ge=0, le=255)] | None = None
    sic: Annotated[int, msgspec.Meta(ge=0, le=255)] | None = None
    range_sigma_m: NotNegative | None = None
    azimuth_sigma_deg: NotNegative | None = None
    position_sigma_m: NotNegative | None = None
    range_bias_m: Annotated[float, msgspec.Meta(ge=-5_000.0, le=5_000.0)] = 0.0
    azimuth_bias_deg: Annotated[float, msgspec.Meta(ge=-10.0, le=10.0)] = 0.0
    pd_cooperative_prob: Share | None = None
    pd_noncooperative_prob: Share | None = None
    clutter_per_look: NotNegative | None = None
    """False plots uniform in range and azimuth."""
    turn_s: Positive | None = None
    north_at_s: Annotated[float, msgspec.Meta(ge=-60.0, le=60.0)] = 0.0
    """When the antenna points north, from the scenario's start: the phase of its turn."""
    latency_s: Seconds = 0.3
    """From measurement to receipt."""
    latency_sigma_s: NotNegative = 0.05
    silent_s: tuple[tuple[Seconds, Seconds], ...] = ()
    """Times in which it sends nothing at all."""


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole scenario, as in its file."""

    title: str
    label: str
    """Says that it is synthetic, in words fit to be shown."""
    site: str
    """Site file that it plays at, relative to the scenario's folder."""
    start: dt.datetime
    """Aware: with an offset or Z."""
    duration_s: Annotated[float, msgspec.Meta(gt=0.0, le=172_800.0)]
    seed: Annotated[int, msgspec.Meta(ge=0)]
    geoid_m: Annotated[float, msgspec.Meta(ge=-110.0, le=90.0)] = 0.0
    """Height of mean sea level over the ellipsoid hereabouts; at a site, that of the site."""
    movers: tuple[Mover, ...] = ()
    wind_farms: tuple[WindFarm, ...] = ()
    weather: tuple[WeatherCell, ...] = ()
    sensors: tuple[SensorTruth, ...] = ()
    variants: dict[str, dict[str, Height]] = {}
    """By name of variant: heights (MSL, metres) by mover id that take the place of its own."""

    @property
    def start_ns(self) -> int:
        """Return the start as Unix time in nanoseconds."""
        return round(self.start.timestamp()) * 1_000_000_000


def load_scenario(path: FilePath, *, variant: str = "") -> Scenario:
    """Read and check a scenario file.

    Args:
        path: the TOML file.
        variant: name of one of its variants, or empty for the file as it stands.

    Raises:
        BadSettings: the file cannot be read, or a key is wrong; says file, key and remedy.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        raise BadSettings(
            f"cannot be read ({why})", where=str(path), remedy="Name a readable UTF-8 file."
        ) from None
    return with_variant(parse_scenario(text, where=str(path)), variant, where=str(path))


def parse_scenario(text: str, *, where: str) -> Scenario:
    """Turn the text of a scenario file into a checked scenario; `where` names it in errors."""
    try:
        scenario = decode_toml(text, Scenario, where=where)
    except BadSettings as error:
        remedy = error.remedy.replace("ocs/sites.md", "ocs/scenarios.md")
        raise BadSettings(error.what, where=error.where, remedy=remedy) from None
    for key, fault, remedy in _faults(scenario):
        raise BadSettings(fault, where=f"{where}: {key}", remedy=remedy)
    return scenario


def with_variant(scenario: Scenario, variant: str, *, where: str) -> Scenario:
    """Return the scenario at the heights of one of its variants; empty changes nothing."""
    if not variant:
        return scenario
    if variant not in scenario.variants:
        known = ", ".join(sorted(scenario.variants)) or "none"
        raise BadSettings(
            f"no variant {variant!r}", where=where, remedy=f"Choose one of its variants: {known}."
        )
    heights = scenario.variants[variant]
    movers = tuple(
        msgspec.structs.replace(m, alt_msl_m=heights.get(m.id, m.alt_msl_m))
        for m in scenario.movers
    )
    return msgspec.structs.replace(
        scenario, movers=movers, title=f"{scenario.title} (variant {variant})"
    )


def _faults(scenario: Scenario) -> list[tuple[str, str, str]]:
    """Return what no single key's range can say: (key, what is wrong, remedy)."""
    ids = [m.id for m in scenario.movers]
    faults = []
    if LABEL_WORD not in scenario.label.lower():
        faults.append(("label", "does not say what this is", f"Use the word {LABEL_WORD!r} in it."))
    if scenario.start.tzinfo is None:
        faults.append(("start", "has no time zone", "End it in Z, or in an offset."))
    for name, values in (("movers", ids), ("sensors", [s.sensor for s in scenario.sensors])):
        twice = sorted({v for v in values if values.count(v) > 1})
        faults += [(name, f"{v!r} is given twice", "Give each an id of its own.") for v in twice]
    for name, heights in scenario.variants.items():
        faults += [
            (f"variants.{name}", f"there is no mover {m!r}", "Name movers of this file.")
            for m in heights
            if m not in ids
        ]
    for mover in scenario.movers:
        faults += _mover_faults(f'movers["{mover.id}"]', mover)
    return faults


def _mover_faults(key: str, mover: Mover) -> list[tuple[str, str, str]]:
    faults = []
    routes = (len(mover.waypoints) >= 2, mover.chord is not None, mover.drift is not None)
    if sum(routes) != 1:
        remedy = "Give two or more waypoints, or a chord, or a drift: one of the three."
        faults.append((key, "needs a route", remedy))
    if mover.ghost and not mover.cooperative:
        faults.append((f"{key}.ghost", "broadcasts nothing", "Set cooperative = true."))
    if mover.speed_sigma_mps > mover.speed_mps / 4:
        faults.append((f"{key}.speed_sigma_mps", "is over a quarter of the speed", "Lower it."))
    change = mover.deflection
    if change and (change.at is None) == (change.after_s is None):
        faults.append((f"{key}.deflection", "needs `at` or `after_s`", "Give one of the two."))
    if change and (change.turn_deg is None) == (not change.then):
        faults.append((f"{key}.deflection", "needs `turn_deg` or `then`", "Give one of the two."))
    return faults
