"""Unwrapping of the time of day."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detect import clock
from tocsin.model.units import DAY_NS, S_NS

DATE_NS = 16_931 * DAY_NS  # 10 May 2016


def seconds(t_ns: np.ndarray) -> list[float]:
    return [round((int(t) - DATE_NS) / S_NS, 3) for t in t_ns]


def run(tods: list[float], **start: int) -> tuple[clock.ClockState, list[float]]:
    state, t_ns = clock.step(clock.start(**(start or {"date_ns": DATE_NS})), np.array(tods))
    return state, seconds(t_ns)


def test_midnight_begins_a_new_day_and_late_reports_stay_in_the_old_one() -> None:
    """A report 0.2 s late across midnight must not be put a day ahead or behind."""
    state, t = run([86_399.9, 0.1, 86_399.95, 0.2])
    assert t == [86_399.9, 86_400.1, 86_399.95, 86_400.2]
    assert state.jumps == 0


def test_small_steps_back_are_normal_and_long_ones_are_counted() -> None:
    """Barcelona steps back 4,783 times, up to 0.52 s: no fault. A clock set back an hour is."""
    state, t = run([100.0, 99.48, 100.2, 4_000.0, 400.0])
    assert t == [100.0, 99.48, 100.2, 4_000.0, 400.0]
    assert state.jumps == 1


def test_a_gap_over_half_a_day_on_the_first_day_is_a_gap() -> None:
    """08:00 then 22:00 is silence, not a report from yesterday."""
    assert run([8 * 3600.0, 22 * 3600.0])[1] == [8 * 3600.0, 22 * 3600.0]


def test_one_broken_time_does_not_shift_all_that_follow() -> None:
    """79,000 -> 1,000 -> 79,000: the reports after the broken one are on the old day again."""
    assert run([79_000.0, 1_000.0, 79_001.0])[1][2] == 79_001.0


def test_receipt_decides_the_day_across_any_gap() -> None:
    """With a container's clock a gap of three days is no riddle."""
    received = np.array([DATE_NS + 50_000 * S_NS, DATE_NS + 3 * DAY_NS + 10 * S_NS])
    state, t_ns = clock.step(clock.start(), np.array([49_999.5, 86_399.0]), received)
    assert seconds(t_ns) == [49_999.5, 3 * 86_400 - 1.0]
    assert state.dated


def test_a_sensor_clock_far_from_receipt_is_counted() -> None:
    """A sensor on local time would be two hours off: said, not silently used."""
    received = np.array([DATE_NS + 50_000 * S_NS])
    assert clock.step(clock.start(), np.array([57_200.0]), received)[0].jumps == 1


def test_a_sensor_first_heard_after_midnight_is_put_on_the_feeds_day() -> None:
    """Its own clock would begin on the day the recording began: 24 h early."""
    near = DATE_NS + DAY_NS + 60 * S_NS
    assert run([61.0], near_ns=near)[1] == [86_461.0]
    assert run([86_390.0], near_ns=near)[1] == [86_390.0]


def test_without_any_date_the_clock_says_so() -> None:
    """1970 must never be taken for a date somebody gave."""
    assert not clock.step(clock.start(), np.array([5.0]))[0].dated


@given(st.lists(st.floats(0.0, 86_400.0), min_size=1, max_size=40), st.integers(1, 39))
def test_cutting_the_stream_changes_nothing(tods: list[float], cut: int) -> None:
    """Chunks are an accident of transport."""
    whole_state, whole = clock.step(clock.start(DATE_NS), np.array(tods))
    first_state, first = clock.step(clock.start(DATE_NS), np.array(tods[:cut]))
    state, second = clock.step(first_state, np.array(tods[cut:]))
    assert np.array_equal(whole, np.concatenate((first, second)))
    assert state == whole_state


@given(st.floats(0.0, 86_399.0), st.floats(-250.0, 250.0))
def test_truncated_times_are_extended_to_the_nearest(near: float, apart: float) -> None:
    """CAT001 carries only 512 s of the day."""
    true = (near + apart) % 86_400.0
    got = clock.extend_truncated(np.array([true % 512.0]), np.array([near]))[0]
    off = abs(got - true)
    assert min(off, 86_400.0 - off) < 1e-6 or not 0.0 <= near + apart < 86_400.0
