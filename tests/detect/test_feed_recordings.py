"""The stage on real recordings: everything counted, looks advance, cutting changes nothing."""

import time
from collections import Counter
from pathlib import Path

import airport
import numpy as np
import pytest

from tocsin.detect import feed
from tocsin.model.raw import RawChunk


@pytest.fixture(scope="module")
def bcn(shared_data: Path):
    place = airport.site(date_ns=airport.BCN_DATE_NS)
    return airport.run(airport.chunks_of(shared_data / "asterix" / airport.BCN), place)


@pytest.fixture(scope="module")
def smr(shared_data: Path):
    return airport.run(airport.chunks_of(shared_data / "asterix" / airport.SMR), airport.site())


def assert_conserved(outputs: list[feed.FeedOutput], counts: Counter[str], name: str) -> None:
    """records = rows + heartbeats + every reason, and rows are the rows in batches."""
    mine = {k.partition(":")[2]: n for k, n in counts.items() if k.startswith(f"{name}:")}
    assert mine.pop("records") == sum(mine.values())
    batches = [b for b in airport.batches_of(outputs) if b.sensor_id == name]
    assert sum(map(len, batches)) == mine["rows"]
    cited = np.concatenate([b.record for b in batches])
    assert len(np.unique(cited, axis=0)) == len(cited)


def test_every_barcelona_record_is_a_row_or_counted(bcn) -> None:
    """102 records are TYP 0, "no detection": the radar's own coasted tracks."""
    outputs, counts, _ = bcn
    assert counts == {"bcn:records": 22_042, "bcn:rows": 21_940, "bcn:no_detection": 102}
    assert_conserved(outputs, counts, "bcn")


def test_barcelona_sectors_advance_for_439_turns(bcn) -> None:
    """A skipped or doubled sector would forget misses or charge them twice."""
    outputs, _, state = bcn
    looks = [b for b in airport.batches_of(outputs) if b.look is not None]
    assert len(looks) / 8 == pytest.approx(439, abs=1)
    begins = np.array([b.look.azimuth_from_rad for b in looks])
    assert np.allclose(np.diff(begins) % (2 * np.pi), np.pi / 4)
    times_s = np.array([b.t_ns for b in looks]) / 1e9
    assert (times_s[-1] - times_s[0]) / (len(looks) - 1) * 8 == pytest.approx(4.00157, abs=2e-4)
    assert np.diff(times_s).min() > 0.45
    assert state.turning["bcn"].locks == 1


def test_barcelona_plots_lie_in_their_sector_and_second(bcn) -> None:
    """A plot in the wrong batch is a miss and a false plot at once."""
    outputs, _, _ = bcn
    for batch in airport.batches_of(outputs):
        assert np.abs(batch.t_measured_ns - batch.t_ns).max(initial=0) < 0.6e9
        if batch.look is None or len(batch) == 0:
            continue
        apart = batch.pos_site_m - np.asarray(airport.RADAR.pos_site_m)
        azimuth = np.arctan2(apart[:, 0], apart[:, 1]) + airport.RADAR.convergence_rad
        inside = (azimuth - batch.look.azimuth_from_rad) % (2 * np.pi)
        far = np.hypot(*apart.T) > 1_000.0
        assert (inside[far] < np.pi / 4 + 2e-3).all() | (inside[far] > 2 * np.pi - 2e-3).any()


def test_barcelona_types_pick_noise_and_cooperation(bcn) -> None:
    """TYP 5 has five times the azimuth noise here; every answer of a transponder cooperates."""
    outputs, _, _ = bcn
    batches = airport.batches_of(outputs)
    assert all(b.cooperative.all() for b in batches)
    cov = np.concatenate([b.cov_site_m2 for b in batches])
    apart = np.concatenate([b.pos_site_m for b in batches]) - np.asarray(airport.RADAR.pos_site_m)
    distance = np.hypot(*apart.T)
    det = cov[:, 0] * cov[:, 2] - cov[:, 1] ** 2
    trace = cov[:, 0] + cov[:, 2]
    major = np.sqrt(trace / 2 + np.sqrt(np.maximum(trace**2 / 4 - det, 0.0)))
    far = distance > 30e3
    across_deg = np.rad2deg(major[far] / distance[far])
    assert {round(v, 1) for v in np.percentile(across_deg, [10, 90])} == {0.1, 0.3}


def test_barcelona_heights_are_pressure_heights_also_below_zero(bcn) -> None:
    """FL -1.25 on the ground is normal; read as unsigned it would be 124,800 m."""
    outputs, _, _ = bcn
    batches = airport.batches_of(outputs)
    alt_m = np.concatenate([b.alt_msl_m for b in batches])
    known = np.isfinite(np.concatenate([b.alt_var_m2 for b in batches]))
    assert known.mean() > 0.9
    assert -200.0 < alt_m[known].min() < -30.0
    assert alt_m[known].max() < 14_000.0
    assert (alt_m[~known] == 0.0).all()


def same(one: list, other: list) -> None:
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert (a.t_ns, a.seq, a.look) == (b.t_ns, b.seq, b.look)
        for name in a.__struct_fields__[5:-1]:
            assert np.array_equal(getattr(a, name), getattr(b, name)), name


def test_barcelona_does_not_depend_on_how_it_was_cut(bcn, shared_data: Path) -> None:
    """Live chunks are a second, recorded ones a minute: the picture must be the same."""
    place = airport.site(date_ns=airport.BCN_DATE_NS)
    path = shared_data / "asterix" / airport.BCN
    outputs, _, _ = airport.run(airport.chunks_of(path, 7_000), place)
    same(airport.batches_of(bcn[0]), airport.batches_of(outputs))


def test_a_restored_state_goes_on_as_if_never_stopped(shared_data: Path) -> None:
    """A crash between two chunks must not change the picture."""
    place = airport.site(date_ns=airport.BCN_DATE_NS)
    chunks = list(airport.chunks_of(shared_data / "asterix" / airport.BCN))[:4]
    whole, _, _ = airport.run(chunks, place)
    state, parts = feed.start(place), []
    for seq, chunk in enumerate(chunks):
        state, output = feed.step(state, chunk, place, journal_seq=seq)
        state = feed.restore(feed.snapshot(state))
        parts.append(output)
    parts.append(feed.flush(state, place)[1])
    same(airport.batches_of(whole), airport.batches_of(parts))


def test_barcelona_half_hour_takes_under_a_second_and_a_half(bcn, shared_data: Path) -> None:
    """The whole chain must run 150 times faster than real time; measured in CPU time."""
    place = airport.site(date_ns=airport.BCN_DATE_NS)
    begin_s = time.process_time()
    airport.run(airport.chunks_of(shared_data / "asterix" / airport.BCN), place)
    assert time.process_time() - begin_s < 1.5


def test_the_2016_surface_radar_runs_two_hours_across_midnight(smr) -> None:
    """Wrapped wrongly the second half would come a day early or late."""
    outputs, counts, _ = smr
    assert counts == {
        "smr:records": 77_345,
        "smr:rows": 62_097,
        "smr:no_position": 722,
        "smr:heartbeats": 14_526,
    }
    assert_conserved(outputs, counts, "smr")
    t_ns = np.concatenate([b.t_measured_ns for b in airport.batches_of(outputs)])
    begin_s = (int(t_ns.min()) - airport.LEBL_DATE_NS) / 1e9
    assert begin_s == pytest.approx(22 * 3600 + 1, abs=1.0)
    assert np.ptp(t_ns) / 1e9 == pytest.approx(2 * 3600 + 61, abs=2.0)
    assert not any("clock_restarts" in name for o in outputs for name in o.notes)


def test_the_surface_radar_looks_once_a_second_all_round(smr) -> None:
    """Its turn begins at north, told by start-of-cycle messages, 7,263 of them."""
    looks = [b for b in airport.batches_of(smr[0]) if b.look is not None]
    assert len(looks) == pytest.approx(7_262, abs=3)
    assert {b.look.azimuth_width_rad for b in looks} == {2 * np.pi}
    extent_m = np.concatenate([b.extent_m for b in looks])
    assert np.percentile(extent_m, 50) > 5.0


@pytest.mark.parametrize(
    ("name", "saturated"), [(airport.MLAT10, 13), (airport.MLAT20, 0)], ids=["cat010", "cat020"]
)
def test_fixed_monitors_are_no_targets(shared_data: Path, name: str, saturated: int) -> None:
    """59 % of the multilateration reports are monitors; CAT010 saturates at 32,767 m."""
    outputs, counts, _ = airport.run(
        airport.chunks_of(shared_data / "asterix" / name), airport.site()
    )
    assert counts["mlat:monitor"] == 41_548
    assert counts["mlat:rows"] + counts["mlat:monitor"] + saturated == 69_933
    assert counts["mlat:position_saturated"] == saturated
    assert_conserved(outputs, counts, "mlat")
    for batch in airport.batches_of(outputs):
        assert batch.look is None
        named = batch.icao[batch.icao >= 0]
        assert len(np.unique(named)) == len(named)


def test_both_encodings_of_the_multilateration_agree(shared_data: Path) -> None:
    """CAT010 and CAT020 carry the same measurements: <= 0.5 m and the same instant."""
    positions = []
    for name in (airport.MLAT10, airport.MLAT20):
        chunks = list(airport.chunks_of(shared_data / "asterix" / name))[:6]
        batches = airport.batches_of(airport.run(chunks, airport.site())[0])
        positions.append(
            {
                (int(t), int(i)): p
                for b in batches
                for t, i, p in zip(b.t_measured_ns, b.icao, b.pos_site_m, strict=True)
                if i >= 0
            }
        )
    common = positions[0].keys() & positions[1].keys()
    assert len(common) > 2_000
    assert max(np.abs(positions[0][k] - positions[1][k]).max() for k in common) < 1.0


def test_the_2016_ads_b_gives_positions_near_the_airport(shared_data: Path) -> None:
    """30 positions lie over 300 km away: broken CPR pairs, counted."""
    outputs, counts, _ = airport.run(
        airport.chunks_of(shared_data / "asterix" / airport.ADSB), airport.site()
    )
    assert counts == {"adsb:records": 49_330, "adsb:rows": 49_300, "adsb:out_of_range": 30}
    assert_conserved(outputs, counts, "adsb")
    alt_var = np.concatenate([b.alt_var_m2 for b in airport.batches_of(outputs)])
    assert np.isfinite(alt_var).mean() > 0.5


def test_ads_b_agrees_with_multilateration_on_the_ground(shared_data: Path) -> None:
    """An axis swapped or a reference point off would show: the median is 5.5 m."""
    tracks = {}
    for name, kind in ((airport.ADSB, "adsb"), (airport.MLAT20, "mlat")):
        chunks = list(airport.chunks_of(shared_data / "asterix" / name))[:12]
        batches = airport.batches_of(airport.run(chunks, airport.site())[0])
        tracks[kind] = {
            (int(i), int(t) // 10**9): p
            for b in batches
            for t, i, p, h in zip(b.t_measured_ns, b.icao, b.pos_site_m, b.alt_var_m2, strict=True)
            if i >= 0 and (kind == "mlat" or not np.isfinite(h))
        }
    common = tracks["adsb"].keys() & tracks["mlat"].keys()
    apart = [np.hypot(*(tracks["adsb"][k] - tracks["mlat"][k])) for k in common]
    assert len(apart) > 500
    assert np.median(apart) < 12.0


def test_unknown_sources_are_counted_and_shown(shared_data: Path) -> None:
    """A mistyped SAC must not look like an empty sky."""
    chunk = next(airport.chunks_of(shared_data / "asterix" / airport.BCN))
    state = feed.start(airport.site(routes={}))
    _, output = feed.step(state, chunk, airport.site(routes={}))
    assert output.batches == ()
    (reject,) = output.rejects
    assert reject.reason == "unknown_source"
    assert "SAC 20 SIC 129" in reject.detail
    assert output.counts["48/20/129:unknown_source"] == len(chunk.start)


def test_duplicate_datagrams_are_dropped_and_counted(shared_data: Path) -> None:
    """A radar sent over two networks would count double; the capture holds 60 such blocks."""
    path = shared_data / "asterix" / "croatia_cat_034_048.pcap"
    outputs, counts, _ = airport.run(airport.chunks_of(path), airport.site(routes={}))
    assert sum(o.notes.get("*:duplicate_blocks", 0) for o in outputs) == 60
    assert counts["*:duplicate"] >= 60


def test_a_recording_played_twice_yields_looks_once(shared_data: Path) -> None:
    """The Jahorina recording repeats its beginning: rows flow, misses are not charged twice."""
    radar = airport.sensor("jah", "radar", 43.7260, 18.5516, 1_900.0, revisit_s=4.0)
    place = airport.site(sensors={"jah": radar}, routes={(48, 23, 2): "jah"})
    path = shared_data / "asterix" / "jahorina.raw"
    outputs, counts, state = airport.run(airport.chunks_of(path), place)
    assert_conserved(outputs, counts, "jah")
    assert counts["jah:rows"] == 2_099
    assert state.turning["jah"].antenna.turn_s == pytest.approx(5.014, abs=0.01)
    times = [b.t_ns for b in airport.batches_of(outputs) if b.look is not None]
    assert len(set(times)) == len(times)
    assert min(np.diff(sorted(times))) > 0.4e9


@pytest.mark.parametrize("name", ["artas.rply", "jade_cat062_30min.ff"])
def test_system_tracks_come_through_any_container(shared_data: Path, name: str) -> None:
    """Positions with covariance, near where the source says it is."""
    path = shared_data / "asterix" / name
    if not path.is_file():
        pytest.skip(f"{name} is not among the recordings")
    tracker = airport.sensor("trk", "tracks", 45.0, 18.0, 0.0, range_max_m=3e6)
    place = airport.site(
        sensors={"trk": tracker}, routes={(62, 25, 100): "trk", (62, 70, 16): "trk"}
    )
    outputs, counts, _ = airport.run(airport.chunks_of(path), place)
    if counts["trk:rows"]:
        assert_conserved(outputs, counts, "trk")
    for batch in airport.batches_of(outputs):
        ee, en, nn = batch.cov_site_m2.T
        assert (ee * nn - en**2 > 0.0).all()


def test_a_damaged_chunk_costs_only_what_is_damaged(shared_data: Path) -> None:
    """Bad bytes are values; the rows around them come through."""
    chunk = next(airport.chunks_of(shared_data / "asterix" / airport.BCN))
    data = bytearray(chunk.data)
    begin = int(chunk.start[100])
    data[begin + 3 : begin + 9] = b"\xff" * 6
    broken = RawChunk(
        source=chunk.source,
        data=bytes(data),
        start=chunk.start,
        length=chunk.length,
        offset=chunk.offset,
        t_received_ns=chunk.t_received_ns,
    )
    place = airport.site(date_ns=airport.BCN_DATE_NS)
    outputs, counts, _ = airport.run([broken], place)
    assert sum(len(o.rejects) for o in outputs) == 1
    assert counts["bcn:records"] == len(chunk.start) - 1
