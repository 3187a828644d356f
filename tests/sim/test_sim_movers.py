"""Movers fly as their file says, within what they can do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim_stage import PLANE, drones, scenario, sensor

from tocsin.model.errors import BadSettings
from tocsin.sim.movers import fly
from tocsin.sim.paths import Path
from tocsin.sim.play import play
from tocsin.sim.scenario import (
    Chord,
    Deflection,
    Drift,
    SensorTruth,
    load_scenario,
    parse_scenario,
    with_variant,
)
from tocsin.sim.truth import truth_table


def flown(mover, seed: int = 1, **changes: object):
    return fly(scenario((mover,), **changes), PLANE, np.random.default_rng(seed))


@settings(max_examples=15, deadline=None)
@given(
    speed=st.floats(20, 200),
    turn=st.floats(1.0, 6.0),
    weave=st.floats(0, 400),
    seed=st.integers(0, 2**16),
)
def test_no_target_flies_faster_or_turns_harder_than_it_may(
    speed: float, turn: float, weave: float, seed: int
) -> None:
    """A path that breaks the mover's own limits is no truth to test a tracker with."""
    mover = drones(speed_mps=speed, speed_sigma_mps=speed / 20, turn_degps=turn, weave_m=weave)
    for target in flown(mover, seed, duration_s=600.0):
        path = target.path
        speeds = np.hypot(*path.vel_site_mps.T)
        assert np.allclose(speeds, speeds[0])
        assert abs(speeds[0] - speed) <= 3 * speed / 20 + 1e-9
        heading = np.unwrap(np.arctan2(*path.vel_site_mps.T))
        assert np.degrees(np.abs(np.diff(heading)).max(initial=0.0)) <= turn + 1e-9
        steps = np.hypot(*np.diff(path.pos_site_m, axis=0).T)
        assert steps.max(initial=0.0) <= speeds[0] + 1e-6


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**16), fraction=st.floats(0.0, 1.0))
def test_position_between_knots_agrees_with_velocity(seed: int, fraction: float) -> None:
    """Position and velocity must be of one motion, at any time: else Doppler and plots disagree."""
    path = flown(drones(count=1, weave_m=200.0), seed, duration_s=600.0)[0].path
    t_s = path.t_s[0] + fraction * (path.t_s[-1] - path.t_s[0] - 0.02) + np.array([0.0, 0.01])
    state = path.at(t_s)
    moved = np.diff(state.pos_site_m, axis=0)[0] / 0.01
    assert np.allclose(moved, state.vel_site_mps.mean(axis=0), atol=0.05)


def test_targets_reach_their_places_on_time() -> None:
    """63 km at 50 m/s take 1,260 s; the last waypoint ends the path."""
    target = flown(
        drones(count=1, spread_m=0.0, speed_sigma_mps=0.0, ends="impact"), duration_s=3e3
    )
    (target,) = target
    end = PLANE.site_from_geodetic(45.6, 28.0)
    assert target.ends == "impact"
    assert np.hypot(*(target.path.pos_site_m[-1] - end)) < 60.0
    length = np.hypot(
        *np.diff(PLANE.site_from_geodetic([45.0, 45.4, 45.6], [28.6, 28.3, 28.0]), axis=0).T
    )
    assert target.path.t_s[-1] == pytest.approx(length.sum() / 50.0, rel=0.02)


def test_a_deflection_turns_the_course_where_it_should() -> None:
    """A drone turned by 90 degrees at 300 s flies on at a right angle to before."""
    mover = drones(
        count=1,
        waypoints=((45.0, 28.1), (45.9, 28.1)),
        spread_m=0.0,
        deflection=Deflection(after_s=300.0, turn_deg=90.0),
    )
    (target,) = flown(mover)
    course = np.degrees(np.arctan2(*target.path.vel_site_mps.T))
    assert abs(course[290]) < 1.0
    assert course[360] == pytest.approx(90.0, abs=1.0)
    place = Deflection(at=(45.2, 28.1), then=((45.2, 28.4),))
    (other,) = flown(drones(count=1, waypoints=mover.waypoints, spread_m=0.0, deflection=place))
    assert other.path.pos_site_m[-1] == pytest.approx(
        PLANE.site_from_geodetic(45.2, 28.4), abs=60.0
    )


def test_a_dive_ends_on_the_ground() -> None:
    """What hits a roof was not at 500 m the second before."""
    (target,) = flown(drones(count=1, ends="impact", dive_s=30.0), duration_s=3e3)
    alt_msl = target.path.alt_ellipsoid_m - 37.0
    assert alt_msl[-1] == pytest.approx(5.0)
    assert alt_msl[-40] == pytest.approx(500.0)


def test_weaving_swings_as_far_as_ordered() -> None:
    """An amplitude of 300 m must be seen across the route, within a third."""
    mover = drones(
        count=1,
        waypoints=((45.0, 28.1), (45.9, 28.1)),
        spread_m=0.0,
        weave_m=300.0,
        weave_period_s=120.0,
        turn_degps=5.0,
    )
    (target,) = flown(mover)
    east = target.path.pos_site_m[300:900, 0]
    assert (east.max() - east.min()) / 2 == pytest.approx(300.0, rel=0.35)


def test_a_raid_of_hundreds_is_flown_in_seconds() -> None:
    """500 targets in one loop: distinct ids, starts in their window."""
    targets = flown(drones(count=500, start_spread_s=600.0))
    assert len({t.id for t in targets}) == len(targets) == 500
    starts = np.array([t.path.t_s[0] for t in targets])
    assert 0 <= starts.min() < 50
    assert 550 < starts.max() <= 600


def test_cooperative_members_have_names_of_their_own() -> None:
    """Two aircraft under one address would be a fault of the scenario, not of a tracker."""
    mover = drones(
        count=20, cooperative=True, waypoints=(), chord=Chord(centre=(45.4, 28.1), radius_m=60e3)
    )
    targets = flown(mover)
    assert len({t.icao for t in targets}) == len({t.callsign for t in targets}) == 20


def test_the_same_seed_flies_the_same() -> None:
    """A scenario that differs from run to run proves nothing."""
    first, second = flown(drones(), 9), flown(drones(), 9)
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.path.pos_site_m, other.path.pos_site_m)


def test_between_knots_a_circle_stays_a_circle() -> None:
    """Cubic interpolation of a 3 deg/s turn at 1 s must stay within a centimetre."""
    t_s = np.arange(0.0, 61.0)
    angle = np.radians(3.0) * t_s
    radius = 50.0 / np.radians(3.0)
    path = Path(
        target_id=0,
        t_s=t_s,
        pos_site_m=radius * np.stack([np.sin(angle), np.cos(angle)], axis=-1),
        vel_site_mps=50.0 * np.stack([np.cos(angle), -np.sin(angle)], axis=-1),
        alt_ellipsoid_m=np.zeros(61),
    )
    off = np.hypot(*path.at(np.linspace(0.0, 60.0, 601)).pos_site_m.T) - radius
    assert np.abs(off).max() < 0.01


TABLE = {
    "title": "t",
    "label": "synthetic",
    "site": "s.toml",
    "start": scenario(()).start,
    "duration_s": 60.0,
    "seed": 1,
}
MOVER = {
    "id": "m",
    "kind": "drone",
    "waypoints": [[45.0, 28.0], [45.1, 28.0]],
    "speed_mps": 50.0,
    "alt_msl_m": 300.0,
}


def toml(value: object) -> str:
    """Write a value as TOML, tables in line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case str():
            return f'"{value}"'
        case float() | int():
            return repr(value)
    return str(value)


def text_of(**changes: object) -> str:
    return "\n".join(f"{key} = {toml(value)}" for key, value in (TABLE | changes).items())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"label": "real"}, "label"),
        ({"duration_s": float("nan")}, "duration_s"),
        ({"duration_s": -5.0}, "duration_s"),
        ({"surprise": 1}, "surprise"),
        ({"movers": [MOVER | {"speed_mps": 4000.0}]}, r'movers."m"..speed_mps'),
        ({"movers": [MOVER | {"sped_mps": 40.0}]}, "speed_mps"),
        ({"movers": [MOVER | {"waypoints": [[45.0, 28.0]]}]}, "needs a route"),
        ({"movers": [MOVER | {"waypoints": [[95.0, 28.0], [45.0, 28.0]]}]}, "waypoints"),
        ({"movers": [MOVER, MOVER]}, "given twice"),
        ({"movers": [MOVER | {"alt_msl_m": float("inf")}]}, "alt_msl_m"),
        ({"movers": [MOVER | {"deflection": {"turn_deg": 30.0}}]}, "after_s"),
        ({"variants": {"low": {"nobody": 100.0}}}, "nobody"),
        ({"start": scenario(()).start.replace(tzinfo=None)}, "time zone"),
        ({"seed": "x = ["}, "seed"),
    ],
)
def test_a_wrong_key_is_named_with_its_file(change: dict[str, object], says: str) -> None:
    """The person who wrote the file must be told where and what to mend."""
    with pytest.raises(BadSettings, match=says) as caught:
        parse_scenario(text_of(**change), where="my.toml")
    assert caught.value.where.startswith("my.toml")
    assert caught.value.remedy
    assert "sites.md" not in caught.value.remedy


def test_a_variant_changes_heights_only() -> None:
    """The three height variants of a night must differ in nothing else."""
    text = text_of(movers=[MOVER], variants={"low": {"m": 100.0}})
    base = parse_scenario(text, where="my.toml")
    low = with_variant(base, "low", where="my.toml")
    assert low.movers[0].alt_msl_m == 100.0
    assert low.movers[0].waypoints == base.movers[0].waypoints
    with pytest.raises(BadSettings, match="no variant"):
        with_variant(base, "high", where="my.toml")


def test_a_file_that_is_not_there_says_so(tmp_path) -> None:
    """One line with the path, not a trace."""
    with pytest.raises(BadSettings, match="cannot be read"):
        load_scenario(tmp_path / "none.toml")


def test_fuel_ends_a_flight_wherever_it_is() -> None:
    """Spent after 600 s: half of the way, on the ground, and not at a place of its route."""
    mover = drones(count=3, endurance_s=600.0, ends="impact", dive_s=20.0)
    for target in flown(mover, duration_s=3e3):
        assert target.path.t_s[-1] == pytest.approx(600.0, abs=1.0)
        assert target.ends == "impact"
        assert target.path.alt_ellipsoid_m[-1] - 37.0 == pytest.approx(5.0)
    (late,) = flown(drones(count=1, endurance_s=1e5), duration_s=300.0)
    assert late.ends == "time"


def test_a_fuel_end_leaves_the_draws_of_others_as_they_were() -> None:
    """A new draw of one mover must not move another: seeds would lose their meaning."""
    ends = drones(id="a", endurance_s=900.0, endurance_sigma_s=60.0)
    plain = drones(id="a")
    other = drones(id="b")
    both = [
        fly(scenario((first, other)), PLANE, np.random.default_rng(3))[-1].path.pos_site_m
        for first in (ends, plain)
    ]
    assert np.array_equal(both[0], both[1])


@settings(max_examples=10, deadline=None)
@given(to_deg=st.floats(0.0, 360.0), climb=st.floats(-5.0, 5.0), seed=st.integers(0, 99))
def test_a_balloon_goes_where_the_wind_goes(to_deg: float, climb: float, seed: int) -> None:
    """It starts inside the circle, holds the wind's true course, and climbs steadily."""
    mover = drones(
        kind="other",
        count=4,
        waypoints=(),
        drift=Drift(centre=(45.4, 28.1), radius_m=5_000.0, to_deg=to_deg),
        speed_mps=9.0,
        climb_mps=climb,
        alt_msl_m=1_000.0,
    )
    for target in flown(mover, seed, duration_s=600.0):
        start_m, end_m = target.path.pos_site_m[[0, -1]]
        lat_deg, lon_deg = PLANE.geodetic_from_site(start_m)
        turn_deg = np.degrees(PLANE.convergence_rad(lat_deg, lon_deg))
        course_deg = np.degrees(np.arctan2(*(end_m - start_m))) + turn_deg
        assert np.hypot(*start_m) <= 5_001.0
        assert (course_deg - to_deg + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.2)
        rise_m = target.path.alt_ellipsoid_m[-1] - target.path.alt_ellipsoid_m[0]
        at_most = min(climb * 600.0, 19_000.0)
        assert rise_m == pytest.approx(max(at_most, 5.0 - 1_000.0), abs=0.5 + abs(climb))


def test_a_ghost_is_broadcast_and_nothing_else() -> None:
    """A spoofed flight has reports of ADS-B, but no echo, no state and no arrival in the truth."""
    ghost = drones(id="ghost", count=1, cooperative=True, ghost=True)
    body = drones(id="body", count=1, cooperative=True)
    sensors = {
        "radar": sensor("radar", "radar", clutter_per_look=0.0),
        "adsb": sensor("adsb", "adsb", revisit_s=1.0, range_max_m=300_000.0),
    }
    truths = (
        SensorTruth(sensor="radar", form="cat048", sac=1, sic=1),
        SensorTruth(sensor="adsb", form="cat021", sac=1, sic=2),
    )
    played = play(scenario((ghost, body), truths), PLANE, sensors, {})
    echoes, broadcast = (set(feed.links.target_id.tolist()) for feed in played.feeds)
    assert echoes == {1}
    assert broadcast == {0, 1}
    table = truth_table(played.targets, PLANE, start_ns=0, geoid_m=37.0)
    assert set(table["target_id"].to_pylist()) == {1}


ROUTE = "waypoints = [[45.0, 28.6], [45.4, 28.3]]"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (f"{ROUTE}\nghost = true", "broadcasts nothing"),
        (f"{ROUTE}\nchord = {{ centre = [45.0, 28.0], radius_m = 1e4 }}", "one of the three"),
        ("", "one of the three"),
    ],
)
def test_a_mover_that_contradicts_itself_is_refused(lines: str, told: str) -> None:
    """A ghost that is silent, two routes or none: one line that says which mover."""
    text = f"""
title = "t"
label = "synthetic"
site = "x.toml"
start = 2026-05-28T22:20:00Z
duration_s = 60.0
seed = 1
[[movers]]
id = "m"
kind = "drone"
speed_mps = 50.0
alt_msl_m = 500.0
{lines}
"""
    with pytest.raises(BadSettings, match=r'movers\["m"\]') as refused:
        parse_scenario(text, where="x.toml")
    assert told in str(refused.value)
