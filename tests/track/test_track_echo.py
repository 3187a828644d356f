"""Surface radar and multilateration on one aircraft: the echo lies behind the antenna."""

import numpy as np
import pytest
from tracker_rig import batch, sensor, tracker

from tocsin.track.bank import SHOWN
from tocsin.track.picture import estimates
from tocsin.track.state import TrackerState
from tocsin.track.step import step

LEAD_M, LENGTH_M, SPEED_MPS = 15.0, 34.0, 10.0
SMR = sensor(
    "smr", kind="surface_radar", revisit_s=1.0, range_max_m=3000.0, pd_cooperative_prob=0.9,
    clutter_per_look=1.0,
)  # fmt: skip
MLAT = sensor("mlat", kind="mlat", revisit_s=1.0, pd_noncooperative_prob=0.0)


def airport() -> TrackerState:
    return tracker(SMR, MLAT)


def echoes(state: TrackerState, t_s: float, behind_m: list[float], length_m: float) -> None:
    places = [(SPEED_MPS * t_s - b, 1000.0) for b in behind_m]
    step(
        state,
        batch(places, t_s, sensor_id="smr", sigma_m=4.0, extent_m=np.full(len(places), length_m)),
    )


def answer(state: TrackerState, t_s: float) -> None:
    told = np.array([True])
    place = (SPEED_MPS * t_s, 1000.0)
    step(state, batch([place], t_s, sensor_id="mlat", sigma_m=3.0, look=None, cooperative=told))


def taxi(
    state: TrackerState, seconds: range, *, heard: bool, behind_m: list[float], length_m: float
) -> None:
    for k in seconds:
        echoes(state, float(k), behind_m, length_m)
        if heard:
            answer(state, k + 0.5)


def test_an_aircraft_seen_by_both_is_one_track_whose_lead_is_learned() -> None:
    """Two tracks, or a lead of nothing, would say that the echo is taken for the antenna."""
    state = airport()
    taxi(state, range(40), heard=True, behind_m=[LEAD_M], length_m=LENGTH_M)
    now = estimates(state, (SHOWN,))
    assert len(now.rows) == 1
    assert state.bank.lead[now.rows[0], 0] == pytest.approx(LEAD_M, abs=3.0)
    assert now.mean[0, 0] == pytest.approx(SPEED_MPS * 39.5, abs=3.0)


def test_the_track_keeps_to_the_antenna_while_multilateration_is_silent() -> None:
    """A track that falls back by the lead would follow the echo instead of the aircraft."""
    state = airport()
    taxi(state, range(40), heard=True, behind_m=[LEAD_M], length_m=LENGTH_M)
    label = int(state.bank.label[estimates(state, (SHOWN,)).rows[0]])
    taxi(state, range(40, 70), heard=False, behind_m=[LEAD_M], length_m=LENGTH_M)
    now = estimates(state, (SHOWN,))
    assert state.bank.label[now.rows].tolist() == [label]
    assert now.mean[0, 0] == pytest.approx(SPEED_MPS * 69, abs=5.0)


def test_an_echo_in_parts_stays_one_track() -> None:
    """A second track would be a part of the aircraft shown as another."""
    state = airport()
    taxi(state, range(20), heard=True, behind_m=[LEAD_M], length_m=LENGTH_M)
    taxi(state, range(20, 50), heard=True, behind_m=[3.0, 28.0], length_m=8.0)
    assert len(estimates(state, (SHOWN,)).rows) == 1


def test_echoes_say_nothing_about_transponders() -> None:
    """A share of replies that falls in silence would turn the aircraft into a silent target."""
    state = airport()
    taxi(state, range(20), heard=True, behind_m=[LEAD_M], length_m=LENGTH_M)
    row = estimates(state, (SHOWN,)).rows[0]
    before = float(state.bank.cooperative[row])
    taxi(state, range(20, 50), heard=False, behind_m=[LEAD_M], length_m=LENGTH_M)
    assert state.bank.cooperative[row] == before


def test_a_target_that_one_sensor_never_sees_outlives_the_other_s_silence() -> None:
    """Misses of a sensor whose view is blocked must not say that the target is gone."""
    state = airport()
    for k in range(60):
        echoes(state, float(k), [], 0.0)
        answer(state, k + 0.5)
    for k in range(60, 80):
        echoes(state, float(k), [], 0.0)
    assert len(estimates(state, (SHOWN,)).rows) == 1
