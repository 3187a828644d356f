"""How endangered a zone is."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.threat import Threat, ZoneThreat
from tocsin.warn.danger import dangers_by_zone, greatest_probs, prob_within, zone_probs
from tocsin.warn.policy import Policy
from tocsin.warn.state import policies_of

HORIZONS_S = (120.0, 300.0, 600.0, 900.0, 1200.0)


def zone_threat(prob, zone_id="galati", track_id=1):
    return ZoneThreat(
        track_id=track_id,
        zone_id=zone_id,
        radius_m=3000.0,
        within_s=HORIZONS_S,
        prob=prob,
        t_p05_ns=None,
        t_p50_ns=None,
        t_p95_ns=None,
    )


@pytest.fixture
def policies(ground):
    return policies_of(ground.zones, Policy())


def test_the_zone_s_own_probability_goes_before_that_of_its_places(
    ground, policies, assessment_of
) -> None:
    """Futures that pass different villages add up: 20 % each may be 38 % for the commune."""
    one = assessment_of(places=("p1", "p2"), probs=(0.1, 0.2, 0.2))
    both = msgspec.structs.replace(one, zones=(zone_threat((0.0, 0.18, 0.38, 0.38, 0.38)),))
    assert zone_probs(dangers_by_zone((one,), ground, policies)["galati"])[1] == 0.2
    assert zone_probs(dangers_by_zone((both,), ground, policies)["galati"])[1] == 0.38
    assert greatest_probs((both,), ground, policies) == {"galati": 0.38}


def test_where_no_zone_is_told_the_greatest_of_its_places_stands_for_it(
    ground, policies, assessment_of
) -> None:
    """Recordings of an older version have places only."""
    near, far = assessment_of(probs=(0.0, 0.1, 0.3)), assessment_of(track_id=2, probs=(0, 0, 0.1))
    assert greatest_probs((near, far), ground, policies) == {"galati": 0.3}


def test_a_zone_that_is_not_of_the_site_is_nobody_s_case(ground, policies, assessment_of) -> None:
    """An assessment of another site's zones must not stop the night."""
    one = msgspec.structs.replace(
        assessment_of(probs=(0.5, 0.5, 0.5)), zones=(zone_threat((0.5,) * 5, "elsewhere"),)
    )
    assert greatest_probs((one,), ground, policies) == {}


@given(
    steps=st.lists(st.floats(0.0, 0.2), min_size=5, max_size=5),
    within_s=st.lists(st.floats(1.0, 2400.0), min_size=2, max_size=2),
)
def test_more_time_is_never_less_probable(steps, within_s) -> None:
    """Between the told horizons, at them and beyond the last."""
    probs = tuple(sum(steps[: n + 1]) for n in range(5))
    threat = Threat(
        track_id=1,
        place_id="p1",
        radius_m=3000.0,
        within_s=HORIZONS_S,
        prob=probs,
        t_p05_ns=None,
        t_p50_ns=None,
        t_p95_ns=None,
    )
    early, late = (prob_within(threat, time_s) for time_s in sorted(within_s))
    assert 0.0 <= early <= late + 1e-12
    assert late <= probs[-1] + 1e-12
    for horizon_s, prob in zip(HORIZONS_S, probs, strict=True):
        assert prob_within(threat, horizon_s) == pytest.approx(prob)
