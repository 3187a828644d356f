"""The generic families fly as they say they do."""

import numpy as np
import pytest

from tocsin.sim import families
from tocsin.sim.families import (
    ARRIVES_M,
    HELD_OUT_SEEDS,
    LATE_TURN_S,
    MIS_SPECIFIED,
    TUNING_SEEDS,
    USUAL,
)

PLACES_M = np.random.default_rng(4).uniform(0.0, 150e3, (40, 2))


def test_seeds_for_choices_and_for_figures_are_kept_apart():
    assert not set(TUNING_SEEDS) & set(HELD_OUT_SEEDS)


def test_one_seed_is_one_set_of_flights():
    one, same, other = (
        families.mixture(np.random.default_rng(seed), 12) for seed in (1000, 1000, 1001)
    )
    assert [f.pos_m.tobytes() for f in one] == [f.pos_m.tobytes() for f in same]
    assert [f.pos_m.tobytes() for f in one] != [f.pos_m.tobytes() for f in other]


def test_the_mixture_has_its_shares():
    flights = families.mixture(np.random.default_rng(1000), 2000)
    shares = [np.mean([f.family == name for f in flights]) for name in families.MIXED]
    assert shares == pytest.approx(USUAL.shares, abs=0.04)


@pytest.mark.parametrize("habits", [USUAL, MIS_SPECIFIED])
def test_speeds_and_turns_stay_within_what_was_said(habits):
    for flight in families.mixture(np.random.default_rng(1002), 60, habits):
        speed_mps = np.hypot(*flight.vel_mps.T)
        assert habits.speed_mps[0] - 2 <= speed_mps.mean() <= habits.speed_mps[1] + 2
        course = np.unwrap(np.arctan2(*flight.vel_mps.T))
        if flight.family != "lost":
            most = np.radians(habits.turn_degps[1]) * flight.step_s
            assert np.abs(np.diff(course)).max() <= most + 1e-9


def test_positions_are_the_integral_of_velocities():
    for flight in families.mixture(np.random.default_rng(1003), 20):
        moved_m = np.hypot(*np.diff(flight.pos_m, axis=0).T)
        assert moved_m == pytest.approx(flight.step_s * np.hypot(*flight.vel_mps[:-1].T))


@pytest.mark.parametrize("family", families.AIMED)
def test_what_is_aimed_at_a_place_comes_down_there(family):
    for flight in families.toward(family, PLACES_M, np.random.default_rng(1004), 20):
        assert np.hypot(*(PLACES_M - flight.pos_m[-1]).T).min() < 250.0
        assert flight.ends == "impact"
        assert 18 * 60 < len(flight.pos_m) * flight.step_s < 60 * 60


def test_a_late_deflection_turns_sharply_four_minutes_before_it_arrives():
    for flight in families.toward("defl4", PLACES_M, np.random.default_rng(1005), 30):
        course_deg = np.degrees(np.unwrap(np.arctan2(*flight.vel_mps.T)))
        away_m = np.hypot(*(PLACES_M[:, None] - flight.pos_m).transpose(2, 0, 1))
        entered = int(np.argmax(away_m[np.argmin(away_m[:, -1])] < ARRIVES_M))
        last = entered - round(LATE_TURN_S / flight.step_s)
        assert last * flight.step_s == pytest.approx(flight.turned_s, abs=60.0)
        before = course_deg[last - 150 : last - 30].mean()
        after = course_deg[last + 30 :].mean()
        assert 8.0 <= abs(after - before) <= 92.0
        assert abs(course_deg[: last - 30] - before).max() < 12.0


def test_through_traffic_flies_on_and_comes_down_nowhere():
    for flight in families.toward("through", PLACES_M, np.random.default_rng(1006), 20):
        course = np.unwrap(np.arctan2(*flight.vel_mps.T))
        assert flight.ends == "time"
        assert np.std(course) < np.radians(3.0)


def test_every_scenario_has_through_traffic_in_it():
    for family in (*families.AIMED, "through", "mixlost"):
        flights = families.scenario(family, PLACES_M, np.random.default_rng(1007))
        assert len(flights) == 6
        assert any(f.family == "through" for f in flights)


@pytest.mark.parametrize(
    ("kind", "slowest", "fastest"), [("jet", 70, 270), ("slow_aircraft", 20, 120)]
)
def test_other_aircraft_keep_to_their_speeds(kind, slowest, fastest):
    flights = families.aircraft(kind, np.random.default_rng(1008), 30)
    assert len(flights) == 30
    for flight in flights:
        assert flight.ends == "time"
        assert slowest <= np.hypot(*flight.vel_mps.T).mean() <= fastest
