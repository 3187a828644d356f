"""Movers fly as their file says, within what they can do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim_stage import PLANE, drones, scenario

from tocsin.model.errors import BadSettings
from tocsin.sim.movers import fly
from tocsin.sim.paths import Path
from tocsin.sim.scenario import Chord, Deflection, load_scenario, parse_scenario, with_variant


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
