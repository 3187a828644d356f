"""Follow: one look of one sensor in, the bank of components carried on.

The loop is the textbook's: predict, gate, associate, update, give birth, settle.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import DetectionBatch, Look
from tocsin.model.sensor import Sensor
from tocsin.model.units import S_NS
from tocsin.track import bank as banks
from tocsin.track.association._kernels import associate, gate_positions, hold_labels
from tocsin.track.background.rates import Background
from tocsin.track.belief._kernels import give_birth, manoeuvring, settle, unite, update
from tocsin.track.motion._kernels import predict
from tocsin.track.settings import TrackSettings

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
WHOLE = np.array([0.0, 2.0 * math.pi])
FIRST_CAPACITY = 1024
MANOEUVRE_PRIOR_S = 1000.0
"""Track-seconds that the first guess of the rate of manoeuvres is worth."""
MANOEUVRE_KEEP = 0.9
"""What is left of the learned rate after as many track-seconds again."""
LARGEST_CLUSTER = 64
"""Confirmed tracks whose joint assignment is solved; a larger tangle keeps its marginals."""
MOTION = (
    "process_noise_m2ps3",
    "manoeuvre_noise_m2ps3",
    "reference_speed_mps",
    "manoeuvre_begins_per_s",
    "manoeuvre_ends_per_s",
    "mean_life_s",
)
NEWBORN = ("slow_speed_sigma_mps", "fast_speed_sigma_mps", "fast_share", "least_birth_prob")
LIMITS = (
    "confirm_prob",
    "show_again_prob",
    "hide_prob",
    "drop_prob",
    "fade_ratio",
    "coast_s",
)


@dataclass(slots=True)
class View:
    """A sensor as the kernels need it."""

    sensor: Sensor
    index: int
    geometry: F64
    """East, north, convergence, range min, range max, tan(elevation max), height, revisit."""
    pd: F64
    """Detection probability with and without transponder."""
    background: Background


@dataclass(slots=True)
class TrackerState:
    """Everything that the next picture depends on."""

    settings: TrackSettings
    views: dict[str, View]
    bank: banks.Bank
    motion: F64
    """Noise of both models, reference speed, rates of leaving and coming back, mean life."""
    newborn: F64
    """Velocity priors slow and fast, share of fast ones, least probability of a birth."""
    limits: F64
    """Confirm, show again, hide, drop, fade, coast."""
    manoeuvring_s: float = 0.0
    """Track-seconds spent manoeuvring, and watched, both fading."""
    watched_s: float = 0.0
    epoch_ns: int | None = None
    t_s: float = -math.inf
    revision: int = 0
    callsigns: list[str] = field(default_factory=list)


def start(sensors: tuple[Sensor, ...], settings: TrackSettings) -> TrackerState:
    """Return a tracker that knows its sensors and nothing else."""
    views = {s.id: _view(s, k, settings) for k, s in enumerate(sensors)}
    return TrackerState(
        settings=settings,
        views=views,
        bank=banks.empty(FIRST_CAPACITY, len(sensors)),
        motion=_columns(settings, MOTION),
        newborn=_columns(settings, NEWBORN),
        limits=_columns(settings, LIMITS),
    )


def _columns(settings: TrackSettings, names: tuple[str, ...]) -> F64:
    return np.array([getattr(settings, name) for name in names], dtype=np.float64)


def _view(sensor: Sensor, index: int, settings: TrackSettings) -> View:
    geometry = np.array(
        [
            *sensor.pos_site_m,
            sensor.convergence_rad,
            sensor.range_min_m,
            sensor.range_max_m,
            math.tan(math.radians(min(sensor.elevation_max_deg, 89.9))),
            sensor.alt_ellipsoid_m,
            sensor.revisit_s,
        ]
    )
    pd = np.array([sensor.pd_cooperative_prob, sensor.pd_noncooperative_prob])
    return View(sensor, index, geometry, pd, Background.of(sensor, settings))


def step(state: TrackerState, batch: DetectionBatch) -> TrackerState:
    """Carry the picture on by one look. Batches must come in time order (see `late`).

    Raises KeyError for a sensor that the tracker was not told of.
    """
    if state.epoch_ns is None:
        state.epoch_ns = batch.t_ns
    t_s = (batch.t_ns - state.epoch_ns) / S_NS
    view = state.views[batch.sensor_id]
    follow(state, view, t_s, _plots(batch), _claims(state, batch), batch.record, _look(batch.look))
    return state


def _learn_manoeuvres(state: TrackerState, total: float, tracks: int, revisit_s: float) -> None:
    """Learn how much of the time targets manoeuvre, and begin manoeuvres as often."""
    settings = state.settings
    fade = MANOEUVRE_KEEP ** (tracks * revisit_s / MANOEUVRE_PRIOR_S)
    state.manoeuvring_s = state.manoeuvring_s * fade + total * revisit_s
    state.watched_s = state.watched_s * fade + tracks * revisit_s
    begins, ends = settings.manoeuvre_begins_per_s, settings.manoeuvre_ends_per_s
    prior = begins / (begins + ends)
    share = (prior * MANOEUVRE_PRIOR_S + state.manoeuvring_s) / (
        MANOEUVRE_PRIOR_S + state.watched_s
    )
    state.motion[3] = max(ends * share / (1.0 - share), settings.least_manoeuvre_begins_per_s)


def _look(look: Look | None) -> F64 | None:
    return None if look is None else np.array([look.azimuth_from_rad, look.azimuth_width_rad])


def _plots(batch: DetectionBatch) -> F64:
    """Return the columns that the kernels read, shape (n, 11)."""
    return np.column_stack(
        [
            batch.pos_site_m,
            (batch.t_measured_ns - batch.t_ns) / S_NS,
            batch.cov_site_m2,
            batch.alt_msl_m,
            batch.alt_var_m2,
            batch.range_rate_mps,
            batch.range_rate_var_m2ps2,
            batch.cooperative,
        ]
    )


def _claims(state: TrackerState, batch: DetectionBatch) -> I64:
    """Return address, track number, Mode A and call sign number, -1 where not claimed."""
    calls = np.full(len(batch), -1, dtype=np.int64)
    for j in np.flatnonzero(batch.callsign != ""):
        name = str(batch.callsign[j])
        if name not in state.callsigns:
            state.callsigns.append(name)
        calls[j] = state.callsigns.index(name)
    return np.column_stack([batch.icao, batch.track_number, batch.mode_a, calls])


def follow(
    state: TrackerState,
    view: View,
    t_s: float,
    plots: F64,
    claims: I64,
    refs: I64,
    look: F64 | None,
) -> None:
    """Run one look through predict, gate, associate, update, birth and settle."""
    settings, s = state.settings, view.index
    bank = state.bank = banks.with_room_for(state.bank, len(plots))
    rows, pd = predict(
        bank, t_s, s, view.geometry, WHOLE if look is None else look, view.pd, state.motion
    )
    density = view.background.at(plots)
    first, edge_plot, edge_like = gate_positions(
        bank, rows, pd, s, view.geometry, plots, claims, density.total,
        settings.gate_sigma, settings.least_odds_ratio,
    )  # fmt: skip
    charge_miss = look is not None
    odds, prob, missed, nobody = associate(
        bank, rows, pd, charge_miss, first, edge_plot, edge_like, len(plots)
    )
    hold_labels(bank, rows, first, edge_plot, odds, prob, len(plots), LARGEST_CLUSTER)
    update(
        bank, rows, pd, charge_miss, first, edge_plot, edge_like, prob, missed,
        plots, claims, refs, view.geometry, s, t_s,
    )  # fmt: skip
    unite(bank, rows, first, edge_plot, prob, len(plots), settings.same_state_sigma**2)
    newborn = nobody * density.new_share
    give_birth(bank, newborn, state.newborn, plots, claims, refs, s, t_s)
    confirmed = settle(bank, t_s, state.limits)
    if look is not None:
        view.background.learn(look, plots, nobody - newborn, confirmed)
        _learn_manoeuvres(state, *manoeuvring(bank, rows), view.sensor.revisit_s)
    state.t_s = t_s
    state.revision += 1
