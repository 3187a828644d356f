"""Follow: one look of one sensor in, the bank of components carried on.

The loop is the textbook's: predict, gate, associate, update, unite, give birth, settle.
"""

import math

import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import DetectionBatch, Look
from tocsin.model.units import S_NS
from tocsin.track import bank as banks
from tocsin.track.association._kernels import associate, gate_positions, in_cells
from tocsin.track.bearings._kernels import gate_bearings, spread_bearing
from tocsin.track.belief._kernels import give_birth, settle, unite, update
from tocsin.track.echo._kernels import (
    absorb,
    begin_echo,
    from_echo,
    gather,
    join,
    learn_lead,
    to_echo,
)
from tocsin.track.labels._kernels import hold_labels
from tocsin.track.motion._kernels import predict
from tocsin.track.state import TrackerState, learn_manoeuvres
from tocsin.track.view import View

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
WHOLE = np.array([0.0, 2.0 * math.pi])
"""A look at the whole coverage."""
NOTHING = np.empty((0, 8))
LARGEST_CLUSTER = 64
"""Confirmed tracks whose joint assignment is solved; a larger tangle keeps its marginals."""
RANGE_PARTS = 6
"""Components that share a bearing's direction at its start, by range."""


def step(state: TrackerState, batch: DetectionBatch) -> TrackerState:
    """Carry the picture on by one look, in place, and return it.

    Batches must come in time order (see `tocsin.track.late` for those that do not).

    Raises:
        KeyError: the tracker was not told of the batch's sensor.
    """
    if state.epoch_ns is None:
        state.epoch_ns = batch.t_ns
    t_s = (batch.t_ns - state.epoch_ns) / S_NS
    view = state.views[batch.sensor_id]
    claims, look = _claims(state, batch), _look(batch.look)
    if batch.measures == "bearing":
        follow_bearings(state, view, t_s, _bearings(batch), claims, batch.record)
    else:
        follow(state, view, t_s, _plots(view, batch), claims, batch.record, look)
    return state


def follow(
    state: TrackerState,
    view: View,
    t_s: float,
    plots: F64,
    claims: I64,
    refs: I64,
    look: F64 | None,
) -> None:
    """Run one look that gives positions through the loop.

    `plots` has the columns east, north, offset from `t_s` (s), noise ee, en, nn, height,
    its variance, range rate, its variance, cooperative, bias ee, en, nn, and from a surface radar
    the length of the echo; `claims` address, track number, Mode A, call sign; `refs` journal seq
    and record. Without a `look` no miss is charged.
    """
    settings, s, charge_miss = state.settings, view.index, look is not None
    bank = state.bank = banks.with_room_for(state.bank, len(plots))
    rows, pd = predict(
        bank, t_s, s, view.geometry, WHOLE if look is None else look, view.pd, state.motion, True
    )
    before = NOTHING
    if view.sees_echoes:
        whole = gather(bank, rows, plots)
        plots, claims, refs = plots[whole], claims[whole], refs[whole]
        before = to_echo(bank, rows, s)
    plots, claims, refs = in_cells(plots, claims, refs)
    density = view.background.at(plots)
    first, plot_of, like, wider = gate_positions(
        bank, rows, pd, t_s, s, view.geometry, plots, claims, density.total,
        settings.gate_sigma, settings.least_odds_ratio, view.background.slip_prob, state.motion,
    )  # fmt: skip
    odds, prob, missed, nobody = associate(
        bank, rows, pd, charge_miss, first, plot_of, like, len(plots)
    )
    hold_labels(bank, rows, first, plot_of, odds, prob, len(plots), LARGEST_CLUSTER)
    if view.sees_echoes:
        learn_lead(bank, rows, first, plot_of, prob, plots, before, s)
    update(
        bank, rows, pd, charge_miss, first, plot_of, like, wider, prob, missed,
        plots, plot_of, claims, refs, view.geometry, s, t_s,
    )  # fmt: skip
    if view.sees_echoes:
        from_echo(bank, rows, before, s, t_s)
    unite(bank, rows, first, plot_of, prob, len(plots), settings.same_state_sigma**2)
    if any(other.sees_echoes for other in state.views.values()):
        # Only where bodies are larger than the errors: in a raid two close drones are two drones.
        join(bank, rows, first, plot_of, len(plots), settings.same_target_sigma**2, t_s)
    new = nobody * density.new_share
    give_birth(bank, new, state.newborn, plots, claims, refs, s, t_s)
    if view.sees_echoes:
        begin_echo(bank, plots, s, t_s)
        absorb(bank, rows)
    found = settle(bank, t_s, state.limits, state.vague)
    if look is not None:
        view.background.learn(look, plots, nobody, new, found[:2])
        learn_manoeuvres(state, float(found[2]), int(found[3]), view.sensor.revisit_s)
    _stamp(state, t_s)


def follow_bearings(
    state: TrackerState, view: View, t_s: float, bearings: F64, claims: I64, refs: I64
) -> None:
    """Run bearings (azimuth in the site plane, its variance) through the same loop.

    They update what is there; what is nobody's starts a faint component in each of six ranges,
    which only another sensor can confirm.
    """
    settings, s, n = state.settings, view.index, len(bearings)
    bank = state.bank = banks.with_room_for(state.bank, RANGE_PARTS * n)
    rows, pd = predict(bank, t_s, s, view.geometry, WHOLE, view.pd, state.motion, False)
    false_per_rad = np.full(n, max(view.sensor.clutter_per_look, 0.01) / (2.0 * math.pi))
    first, bearing_of, like, plots = gate_bearings(
        bank, rows, view.geometry, bearings, false_per_rad, settings.gate_sigma
    )
    _, prob, missed, nobody = associate(bank, rows, pd, False, first, bearing_of, like, n)
    update(
        bank, rows, pd, False, first, bearing_of, like, np.ones(len(plots)), prob, missed,
        plots, np.arange(len(plots)), claims, refs, view.geometry, s, t_s,
    )  # fmt: skip
    for j in range(n):
        parts = spread_bearing(view.geometry, bearings[j], RANGE_PARTS)
        share = np.full(RANGE_PARTS, nobody[j] * view.background.new_share / RANGE_PARTS)
        give_birth(
            bank, share, state.newborn, parts,
            np.tile(claims[j], (RANGE_PARTS, 1)), np.tile(refs[j], (RANGE_PARTS, 1)), s, t_s,
        )  # fmt: skip
    settle(bank, t_s, state.limits, state.vague)
    _stamp(state, t_s)


def _stamp(state: TrackerState, t_s: float) -> None:
    state.t_s = t_s
    state.revision += 1


def _look(look: Look | None) -> F64 | None:
    return None if look is None else np.array([look.azimuth_from_rad, look.azimuth_width_rad])


def _plots(view: View, batch: DetectionBatch) -> F64:
    offset_m = batch.pos_site_m - np.array(view.sensor.pos_site_m)
    beam = offset_m / np.maximum(np.hypot(offset_m[:, 0], offset_m[:, 1]), 1.0)[:, None]
    bias_m2 = batch.bias_var_m2[:, None] * np.column_stack(
        [beam[:, 0] ** 2, beam[:, 0] * beam[:, 1], beam[:, 1] ** 2]
    )
    columns = np.column_stack(
        [
            batch.pos_site_m,
            (batch.t_measured_ns - batch.t_ns) / S_NS,
            batch.cov_site_m2 - bias_m2,
            batch.alt_msl_m,
            batch.alt_var_m2,
            batch.range_rate_mps,
            batch.range_rate_var_m2ps2,
            batch.cooperative,
            bias_m2,
        ]
    )
    return np.column_stack([columns, batch.extent_m]) if view.sees_echoes else columns


def _bearings(batch: DetectionBatch) -> F64:
    return np.column_stack([batch.azimuth_site_rad, batch.azimuth_var_rad2])


def _claims(state: TrackerState, batch: DetectionBatch) -> I64:
    calls = np.full(len(batch), -1, dtype=np.int64)
    for j in np.flatnonzero(batch.callsign != ""):
        name = str(batch.callsign[j])
        if name not in state.callsigns:
            state.callsigns.append(name)
        calls[j] = state.callsigns.index(name)
    return np.column_stack([batch.icao, batch.track_number, batch.mode_a, calls])
