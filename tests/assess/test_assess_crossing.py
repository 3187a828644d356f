"""Crossings and threats against answers that can be worked out by hand."""

from math import sqrt

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tocsin.assess.passage import quantiles_s, side_of
from tocsin.assess.settings import AssessSettings
from tocsin.assess.stage import AssessState, step
from tocsin.assess.world import World
from tocsin.model.threat import Assessment, Crossing
from tocsin.model.units import S_NS


def assess(track, world: World, settings: AssessSettings, picture_of) -> Assessment:
    _, (found,) = step(AssessState(), picture_of(track, t_ns=track.t_ns), world, settings)
    return found


def only_crossing(found: Assessment) -> Crossing:
    (crossing,) = found.crossings
    return crossing


@pytest.mark.parametrize("distance_m", [5e3, 12e3, 20e3, 28e3])
def test_a_straight_flight_crosses_when_distance_over_speed_says(
    distance_m: float, world, settings, make_track, picture_of
) -> None:
    """Wander and small turns lengthen the way by 4 % at 10 min; more would be a wrong clock."""
    track = make_track(pos_site_m=(distance_m, 0.0))
    crossing = only_crossing(assess(track, world, settings, picture_of))
    analytic_s = distance_m / 50.0
    median_s = (crossing.t_p50_ns - track.t_ns) / S_NS
    assert median_s == pytest.approx(analytic_s, abs=2.0 + 0.04 * analytic_s)
    assert crossing.t_p05_ns < crossing.t_p50_ns < crossing.t_p95_ns
    assert crossing.window_reason == ""
    assert crossing.state == "outside"


def test_the_window_widens_with_the_position_error(world, settings, make_track, picture_of) -> None:
    """A track known to 60 m and one known to 2 km must not get the same minutes."""

    def width_ns(sigma_m: float) -> int:
        track = make_track(pos_site_m=(6e3, 0.0), sigma_m=sigma_m)
        crossing = only_crossing(assess(track, world, settings, picture_of))
        return crossing.t_p95_ns - crossing.t_p05_ns

    assert width_ns(1500.0) > width_ns(60.0) + 3.0 * 1500.0 / 50.0 * S_NS / 2.0


def test_a_flight_along_the_border_gets_no_window_but_a_reason(
    world, settings, make_track, picture_of
) -> None:
    """Minutes for a crossing that probably never comes would be invented."""
    track = make_track(pos_site_m=(15e3, 0.0), vel_site_mps=(0.0, 50.0))
    crossing = only_crossing(assess(track, world, settings, picture_of))
    assert crossing.t_p50_ns is None
    assert "cross within 15 min" in crossing.window_reason
    assert 0.0 < crossing.prob[-1] < 0.5


def test_a_track_out_of_sight_gets_no_window(world, settings, make_track, picture_of) -> None:
    """Minutes to arrival of something not seen for a minute would be false precision."""
    track = make_track(status="coasting")
    track = msgspec.structs.replace(track, t_update_ns=track.t_ns - 60 * S_NS)
    found = assess(track, world, settings, picture_of)
    assert found.context == "lost"
    assert only_crossing(found).window_reason == "no detection for 60 s"
    assert only_crossing(found).prob[-1] > 0.5


@pytest.mark.parametrize(
    ("east_m", "sigma_m", "state"),
    [
        (20e3, 60.0, "outside"),
        (100.0, 60.0, "at the border"),
        (-100.0, 60.0, "at the border"),
        (1500.0, 2000.0, "at the border"),
        (-5e3, 60.0, "inside"),
        (-100e3, 60.0, "inside"),
    ],
)
def test_which_side_is_told_only_where_it_is_known(
    east_m: float, sigma_m: float, state: str, world, settings, make_track, picture_of
) -> None:
    """Where covariance and border error straddle the line, neither side may be claimed."""
    track = make_track(pos_site_m=(east_m, 0.0), sigma_m=sigma_m)
    crossing = only_crossing(assess(track, world, settings, picture_of))
    assert crossing.state == state
    if state == "inside":
        assert crossing.prob == (1.0,) * 5
        assert crossing.window_reason == "it is already inside"


def test_the_error_of_the_line_alone_makes_a_straddle(make_track) -> None:
    """A border known to 500 m is not crossed 400 m before it."""
    track = make_track(sigma_m=1.0)
    assert side_of(track, 400.0, 500.0) == "at the border"
    assert side_of(track, 400.0, 50.0) == "outside"


def test_a_track_on_the_line_is_half_across(world, settings, make_track, picture_of) -> None:
    """The error of position and line goes into the probability, not only into the word."""
    track = make_track(pos_site_m=(0.0, 0.0), vel_site_mps=(50.0, 0.0), sigma_m=60.0)
    crossing = only_crossing(assess(track, world, settings, picture_of))
    away = only_crossing(
        assess(
            make_track(pos_site_m=(78.0, 0.0), vel_site_mps=(50.0, 0.0), sigma_m=60.0),
            world,
            settings,
            picture_of,
        )
    )
    assert crossing.prob[0] == pytest.approx(0.5, abs=0.02)
    # One standard deviation of sqrt(60^2 + 50^2) m outside.
    assert sqrt(60.0**2 + 50.0**2) == pytest.approx(78.0, abs=0.2)
    assert away.prob[0] == pytest.approx(0.159, abs=0.03)


def test_what_is_out_of_reach_is_left_out(world, settings, make_track, picture_of) -> None:
    """Futures for what cannot arrive within twenty minutes would be waste."""
    track = make_track(pos_site_m=(400e3, 0.0))
    found = assess(track, world, settings, picture_of)
    assert found.crossings == ()
    assert found.threats == ()


def test_a_place_ahead_is_reached_a_radius_early(world, settings, make_track, picture_of) -> None:
    """A place 10 km behind the line, radius 3 km: 27 km of flight from 20 km outside."""
    track = make_track()
    found = assess(track, world, settings, picture_of)
    threat = next(threat for threat in found.threats if threat.place_id == "place0")
    assert (threat.t_p50_ns - track.t_ns) / S_NS == pytest.approx(27e3 / 50.0, abs=20.0)
    assert found.threats[0].prob[-1] >= found.threats[-1].prob[-1] >= settings.threat_min_prob


def test_a_turn_under_way_goes_on_for_a_while(world, settings, make_track, picture_of) -> None:
    """An orbiting aircraft forecast along its tangent would cross a border that it never nears."""
    north = make_track(pos_site_m=(4e3, 0.0), vel_site_mps=(0.0, 60.0), sigma_mps=1.0)

    def prob(course_rad: float) -> float:
        later = msgspec.structs.replace(north, t_ns=north.t_ns + 10 * S_NS)
        turned = make_track(
            t_ns=later.t_ns,
            pos_site_m=(4e3, 600.0),
            vel_site_mps=(-60.0 * np.sin(course_rad), 60.0 * np.cos(course_rad)),
            manoeuvre_prob=0.9,
            alt_msl_m=900.0,
            cooperative_prob=0.3,
            updates=1,
        )
        state, _ = step(AssessState(), picture_of(north), world, settings)
        _, (found,) = step(state, picture_of(turned, t_ns=later.t_ns), world, settings)
        assert found.context == "manoeuvring"
        return only_crossing(found).prob[1]

    assert prob(0.4) > prob(-0.4) + 0.1


flights = st.fixed_dictionaries(
    {
        "pos_site_m": st.tuples(st.floats(-80e3, 80e3), st.floats(-80e3, 80e3)),
        "vel_site_mps": st.tuples(st.floats(-200.0, 200.0), st.floats(-200.0, 200.0)),
        "sigma_m": st.floats(1.0, 5000.0),
        "sigma_mps": st.floats(0.1, 60.0),
        "exists_prob": st.floats(0.0, 1.0),
    }
)


@hypothesis_settings(max_examples=40, deadline=None)
@given(flight=flights)
def test_probabilities_are_sub_distributions(
    flight, world, settings, make_track, picture_of
) -> None:
    """A probability that falls with time or passes existence would be no probability."""
    track = make_track(**flight)
    found = assess(track, world, settings, picture_of)
    for passage in (*found.crossings, *found.threats):
        assert list(passage.prob) == sorted(passage.prob)
        assert 0.0 <= passage.prob[0] <= passage.prob[-1] <= track.exists_prob + 1e-12
        if passage.t_p05_ns is not None:
            assert track.t_ns <= passage.t_p05_ns <= passage.t_p50_ns <= passage.t_p95_ns


@given(st.lists(st.floats(0.0, 1200.0), min_size=64, max_size=64), st.integers(4, 64))
def test_quantiles_are_those_of_numpy(times_s: list[float], passed: int) -> None:
    """The windows' own arithmetic against the library's."""
    ordered_s = np.sort(times_s)
    ordered_s[passed:] = np.inf
    (found_s,) = quantiles_s(ordered_s[None], np.array([passed]), np.array([[0.08, 0.5, 0.9]]))
    expected_s = np.quantile(ordered_s[:passed], (0.08, 0.5, 0.9))
    assert np.allclose(found_s, expected_s, atol=1e-6)
