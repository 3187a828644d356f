"""The sensors of the real recordings, as a site."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tocsin.detect import feed
from tocsin.detect.site import Site
from tocsin.geo.plane import SitePlane
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.sensor import Noise, Sensor
from tocsin.wire.asterix.containers import read_chunks
from tocsin.wire.asterix.editions import choose_editions

DAY_NS = 86_400 * 1_000_000_000
BCN_DATE_NS = 19_479 * DAY_NS  # 2 May 2023
LEBL_DATE_NS = 16_931 * DAY_NS  # 10 May 2016
BCN = "bcn_cat048_20230502_0800_first30min.ast"
SMR = "lebl_cat010_smr_20160510_2200.ast"
MLAT10 = "lebl_cat010_mlat_20160510_2200.ast"
MLAT20 = "lebl_cat020_mlat_20160510_2200.ast"
ADSB = "lebl_cat021v023_adsb_20160510_2200.ast"
PLANE = SitePlane(41.2970767, 2.07846278)
UNDULATION_M = 49.5


def sensor(
    name: str, kind: str, lat_deg: float, lon_deg: float, alt_msl_m: float, **changes: object
) -> Sensor:
    east, north = PLANE.site_from_geodetic(lat_deg, lon_deg)
    settings: dict[str, object] = {
        "id": name,
        "kind": kind,
        "lat_deg": lat_deg,
        "lon_deg": lon_deg,
        "alt_ellipsoid_m": alt_msl_m + UNDULATION_M,
        "pos_site_m": (float(east), float(north)),
        "convergence_rad": float(PLANE.convergence_rad(lat_deg, lon_deg)),
        "pd_cooperative_prob": 0.99,
        "pd_noncooperative_prob": 0.8,
        "revisit_s": 1.0,
        "range_min_m": 0.0,
        "range_max_m": 300e3,
        "elevation_max_deg": 45.0,
        "clutter_per_look": 5.0,
        "noise": Noise(),
        "noise_by_type": {},
        "note": "",
    }
    return Sensor(**(settings | changes))  # type: ignore[arg-type]


RADAR = sensor(
    "bcn",
    "radar",
    41.30070234,
    2.10205817,
    27.257,
    revisit_s=4.0,
    noise=Noise(range_sigma_m=20.0, azimuth_sigma_deg=0.06),
    noise_by_type={5: Noise(azimuth_sigma_deg=0.3)},
)
SURFACE = sensor(
    "smr",
    "surface_radar",
    41.29561833,
    2.095114167,
    20.0,
    range_max_m=5e3,
    noise=Noise(range_sigma_m=5.0, azimuth_sigma_deg=0.2),
)
MLAT = sensor("mlat", "mlat", 41.2970767, 2.07846278, 4.0, noise=Noise(position_sigma_m=8.0))
STATION = sensor("adsb", "adsb", 41.2970767, 2.07846278, 4.0)


def site(**changes: object) -> Site:
    settings: dict[str, object] = {
        "plane": PLANE,
        "sensors": {s.id: s for s in (RADAR, SURFACE, MLAT, STATION)},
        "routes": {
            (48, 20, 129): "bcn",
            (10, 0, 7): "smr",
            (20, 0, 107): "mlat",
            (10, 0, 107): "mlat",
            (21, 0, 107): "adsb",
        },
        "editions": choose_editions({21: "0.23"}),
        "undulation_m": UNDULATION_M,
        "date_ns": LEBL_DATE_NS,
    }
    return Site(**(settings | changes))  # type: ignore[arg-type]


def chunks_of(path: Path, chunk_bytes: int = 65_536) -> Iterator[RawChunk]:
    with path.open("rb") as stream:
        for item in read_chunks(stream, path.name, chunk_bytes):
            assert not isinstance(item, Rejected), item
            yield item


def run(
    chunks: Iterable[RawChunk], place: Site
) -> tuple[list[feed.FeedOutput], Counter[str], feed.FeedState]:
    """Return every output, the sum of counts, and the state after the flush."""
    state = feed.start(place)
    outputs = []
    for seq, chunk in enumerate(chunks):
        state, output = feed.step(state, chunk, place, journal_seq=seq)
        outputs.append(output)
    state, output = feed.flush(state, place)
    outputs.append(output)
    counts: Counter[str] = Counter()
    for output in outputs:
        counts.update(output.counts)
    return outputs, counts, state


def batches_of(outputs: list[feed.FeedOutput]) -> list:
    return [batch for output in outputs for batch in output.batches]
