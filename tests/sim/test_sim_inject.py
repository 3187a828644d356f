"""Made drones in a real recording: nothing real changes, and what is made is as ordered."""

from pathlib import Path

import asterix.base as lib
import asterix.generated as editions
import numpy as np
import pytest

from tocsin.model.errors import BadInput
from tocsin.model.sensor import Noise, Sensor
from tocsin.sim.antenna import Rotation, fit_rotation, sweep_times
from tocsin.sim.inject import FALSE, REAL, InjectSettings, inject, unwrap_tod
from tocsin.sim.recording import Records, read_records
from tocsin.sim.writers.cat048 import primary_blocks

SAC_SIC = (20, 129)
RADAR = Sensor(
    id="bcn",
    kind="radar",
    lat_deg=41.30070234,
    lon_deg=2.10205817,
    alt_ellipsoid_m=27.257 + 49.0,
    pos_site_m=(0.0, 0.0),
    convergence_rad=0.0,
    pd_cooperative_prob=0.99,
    pd_noncooperative_prob=0.8,
    revisit_s=4.0,
    range_min_m=500.0,
    range_max_m=111_000.0,
    elevation_max_deg=45.0,
    clutter_per_look=5.0,
    noise=Noise(range_sigma_m=60.0, azimuth_sigma_deg=0.1),
    noise_by_type={},
    note="",
)


def made_recording(seed: int, turns: int = 90) -> tuple[bytes, Records]:
    """A recording of one-record blocks of ours, with jitter of its order as real ones have."""
    rng = np.random.default_rng(seed)
    rotation = Rotation(turn_s=4.0016, north_s=30_000.3)
    angle = np.sort(rng.uniform(0, 2 * np.pi * turns, 12 * turns)) + 2 * np.pi
    t_s = rotation.time_s(angle) + rng.normal(0, 0.005, len(angle))
    azimuth = angle % (2 * np.pi)
    order = np.argsort(t_s + rng.uniform(-0.2, 0.2, len(t_s)))
    t_s, azimuth = t_s[order], azimuth[order]
    blocks = primary_blocks(t_s, np.full(len(t_s), 50e3), azimuth, SAC_SIC)
    offset = np.concatenate([[0], np.cumsum([len(b) for b in blocks])[:-1]])
    return b"".join(blocks), Records(block_offset=offset, tod_s=t_s, azimuth_rad=azimuth)


def blocks_of(data: bytes) -> list[bytes]:
    out, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at + 1 : at + 3], "big")
        out.append(data[at : at + length])
        at += length
    return out


def parse(block: bytes) -> list[dict[str, float]]:
    """Decode by libasterix, the authority."""
    datablock = lib.RawDatablock.parse(lib.Bits.from_bytes(block))
    parsed = editions.Cat_048_1_31.cv_uap.parse(datablock[0].get_raw_records())
    assert not isinstance(parsed, ValueError)
    return [
        {
            "tod": r.get_item("140").variation.content.as_quantity("s"),
            "typ": r.get_item("020").variation.get_item("TYP").as_uint(),
            "rho": r.get_item("040").variation.get_item("RHO").variation.content.as_quantity("NM"),
            "theta": r.get_item("040").variation.get_item("THETA").variation.content.as_quantity(),
            "items": {i for i in ("010", "020", "040", "042", "070", "090", "161", "170", "220")
                      if r.get_item(i) is not None},
        }
        for r in parsed
    ]  # fmt: skip


def test_real_bytes_stay_and_keep_their_order() -> None:
    """An injection that touches one real byte would test another recording."""
    data, records = made_recording(1)
    made = inject(
        data,
        records,
        radar=RADAR,
        source=SAC_SIC,
        settings=InjectSettings(drones=5),
        rng=np.random.default_rng(7),
    )
    out = blocks_of(made.data)
    assert len(out) == len(made.target_id) == len(made.t_s)
    assert b"".join(b for b, who in zip(out, made.target_id, strict=True) if who == REAL) == data
    assert sum(made.target_id != REAL) == len(made.plots.t_s)


def test_made_plots_are_no_more_out_of_order_than_real_ones() -> None:
    """A plot that arrives late by more than the radar's own jitter would be another test."""
    data, records = made_recording(2)
    made = inject(
        data,
        records,
        radar=RADAR,
        source=SAC_SIC,
        settings=InjectSettings(),
        rng=np.random.default_rng(8),
    )
    behind = np.maximum.accumulate(made.t_s) - made.t_s
    real = made.target_id == REAL
    assert behind[~real].max() <= behind[real].max() + 1e-9


def test_made_blocks_decode_to_what_was_made() -> None:
    """libasterix must read back each made plot within half an LSB, primary only, nothing else."""
    data, records = made_recording(3, turns=60)
    made = inject(
        data,
        records,
        radar=RADAR,
        source=SAC_SIC,
        settings=InjectSettings(drones=3),
        rng=np.random.default_rng(9),
    )
    out = [b for b, who in zip(blocks_of(made.data), made.target_id, strict=True) if who != REAL]
    for k, block in enumerate(out):
        (record,) = parse(block)
        assert record["items"] == {"010", "020", "040"}
        assert record["typ"] == 1
        assert abs(record["tod"] - made.plots.t_s[k]) <= 0.5 / 128 + 1e-9
        assert abs(record["rho"] - made.plots.range_m[k] / 1852.0) <= 0.5 / 256 + 1e-9
        off = (record["theta"] - np.degrees(made.plots.azimuth_rad[k]) + 180) % 360 - 180
        assert abs(off) <= 0.5 * 360 / 65536 + 1e-9


def test_drones_fly_and_are_seen_as_ordered() -> None:
    """Speed, turn, ring, Pd, noise and clutter must be what the settings say."""
    data, records = made_recording(4, turns=450)
    order = InjectSettings(drones=20, false_per_look=20.0)
    made = inject(
        data,
        records,
        radar=RADAR,
        source=SAC_SIC,
        settings=order,
        rng=np.random.default_rng(10),
    )
    for path in made.paths:
        speed = np.hypot(*path.vel_site_mps.T)
        turn = np.diff(np.unwrap(np.arctan2(*path.vel_site_mps.T))) / np.diff(path.t_s)
        ring = np.hypot(*path.pos_site_m.T)
        assert np.allclose(speed, 50.0)
        assert np.degrees(np.abs(turn).max()) <= 1.0 + 1e-9
        assert ring.min() > 8e3
        assert ring.max() < 62e3
    flown = sum(p.t_s[-1] - p.t_s[0] for p in made.paths) / made.rotation.turn_s
    seen = np.sum(made.plots.target_id >= 0)
    assert abs(seen / flown - 0.8) < 4 * np.sqrt(0.16 / flown)
    turns = (records.tod_s.max() - records.tod_s.min()) / made.rotation.turn_s
    false = np.sum(made.plots.target_id == FALSE)
    assert abs(false / turns - 20.0) < 4 * np.sqrt(20.0 / turns)


def test_made_plots_lie_where_the_antenna_looks() -> None:
    """The phase must be that of the recording, to better than a twentieth of a degree."""
    data, records = made_recording(5)
    made = inject(
        data,
        records,
        radar=RADAR,
        source=SAC_SIC,
        settings=InjectSettings(azimuth_sigma_deg=0.001),
        rng=np.random.default_rng(11),
    )
    true = Rotation(turn_s=4.0016, north_s=30_000.3)
    lead = made.plots.azimuth_rad - true.angle_rad(made.plots.t_s)
    off = (lead + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(np.degrees(off)).max() < 0.25


@pytest.mark.parametrize("turn_s", [1.0, 4.001575, 9.7, 12.0])
def test_the_rotation_is_found_from_plots(turn_s: float) -> None:
    """A wrong turn would smear the phase over a recording of half an hour."""
    rng = np.random.default_rng(6)
    rotation = Rotation(turn_s=turn_s, north_s=100.0)
    angle = rng.uniform(0, 2 * np.pi * 1800 / turn_s, 6000)
    t_s = rotation.time_s(angle) + rng.normal(0, 0.01, 6000)
    found = fit_rotation(t_s, angle % (2 * np.pi))
    assert found.turn_s == pytest.approx(turn_s, rel=1e-5)
    off = (found.angle_rad(t_s) - angle + np.pi) % (2 * np.pi) - np.pi
    assert np.sqrt(np.mean(off**2)) < 2 * np.pi * 0.015 / turn_s


def test_a_beam_passes_a_still_target_once_a_turn() -> None:
    """A target due east is passed a quarter turn after north."""
    rotation = Rotation(turn_s=4.0, north_s=10.0)
    t_s = np.linspace(10.0, 50.0, 41)
    found = sweep_times(rotation, t_s, np.full(41, np.pi / 2))
    assert np.allclose(found, 11.0 + 4.0 * np.arange(10))


def test_times_of_day_run_on_over_midnight() -> None:
    """A recording over midnight must not fall back by a day, nor jitter be taken for one."""
    tod = np.array([86399.5, 86399.9, 0.2, 86399.95, 0.4])
    assert np.allclose(unwrap_tod(tod), [86399.5, 86399.9, 86400.2, 86399.95, 86400.4])


def test_too_few_plots_say_so() -> None:
    """A rotation guessed from three plots would be a lie."""
    records = Records(
        block_offset=np.arange(3), tod_s=np.arange(3.0), azimuth_rad=np.array([0.0, 1.0, 2.0])
    )
    with pytest.raises(BadInput, match="only 3 plots"):
        inject(
            b"",
            records,
            radar=RADAR,
            source=SAC_SIC,
            settings=InjectSettings(),
            rng=np.random.default_rng(0),
        )


def test_the_real_radar_turns_every_four_seconds(shared_data: Path) -> None:
    """Measured on the Barcelona recording: T = 4.001575 s over 439 turns."""
    data = (shared_data / "asterix" / "bcn_cat048_20230502_0800_first30min.ast").read_bytes()
    records = read_records(data, source=SAC_SIC)
    assert len(records.tod_s) == 22_042
    known = np.isfinite(records.azimuth_rad)
    found = fit_rotation(records.tod_s[known], records.azimuth_rad[known])
    assert found.turn_s == pytest.approx(4.001575, abs=2e-5)
    off = found.angle_rad(records.tod_s[known]) - records.azimuth_rad[known]
    off = np.degrees((off + np.pi) % (2 * np.pi) - np.pi)
    assert np.percentile(np.abs(off), 99) < 2.0  # three ticks of the time of day


def test_the_real_recording_keeps_its_bytes(shared_data: Path) -> None:
    """Half an hour of Barcelona with ten drones in it: the real records in order, untouched."""
    data = (shared_data / "asterix" / "bcn_cat048_20230502_0800_first30min.ast").read_bytes()
    made = inject(
        data,
        read_records(data, source=SAC_SIC),
        radar=RADAR,
        source=SAC_SIC,
        settings=InjectSettings(),
        rng=np.random.default_rng(1),
    )
    out = blocks_of(made.data)
    assert b"".join(b for b, who in zip(out, made.target_id, strict=True) if who == REAL) == data
    assert len(read_records(made.data, source=SAC_SIC).tod_s) == len(made.target_id)
    assert {int(i) for i in made.target_id} == {*range(10), FALSE, REAL}


def test_what_is_no_recording_says_so() -> None:
    """A pcap or a text file must not be cut to pieces as if it were raw blocks."""
    with pytest.raises(BadInput, match="offset 0"):
        read_records(b"\x30\xff\xff rest", source=SAC_SIC)
    with pytest.raises(BadInput, match="no CAT048"):
        read_records(bytes([34, 0, 3]), source=SAC_SIC)
