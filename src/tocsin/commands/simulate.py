"""`tocsin simulate`: truth and recordings in real wire formats, or drones into a real recording."""

import datetime as dt
import json
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow.parquet as pq

from tocsin.config import Site, load_site
from tocsin.geo.plane import SitePlane
from tocsin.model.errors import BadInput, BadSettings, BadStorage
from tocsin.model.sensor import Sensor
from tocsin.model.units import DAY_NS
from tocsin.sim.inject import InjectSettings, inject
from tocsin.sim.play import Played, play
from tocsin.sim.recording import read_records
from tocsin.sim.scenario import load_scenario
from tocsin.sim.truth import injection_links, injection_table, labelled, write_truth
from tocsin.sim.writers.containers import write_pcap

MARK = "synthetic"
"""Part of the name of every file made here."""
INJECTED_LABEL = "SYNTHETIC drones and false plots injected into a real recording"


class Made(NamedTuple):
    """What a simulation left behind."""

    folder: Path
    recordings: tuple[Path, ...]
    targets: int
    records: int
    label: str


def simulate(
    scenario_path: Path,
    out: Path,
    *,
    variant: str = "",
    seed: int | None = None,
    site_path: Path | None = None,
) -> Made:
    """Play a scenario at its site and write recordings and truth into `out`.

    Writes `synthetic-<name>.pcap` (all radars, broadcasts and tracks), where there are observers
    `synthetic-<name>.jsonl`, and `truth.parquet`, `links.parquet`, `truth.json`.

    Args:
        scenario_path: the scenario's TOML file.
        out: folder to write into; made if missing.
        variant: one of the scenario's variants, or empty.
        seed: instead of the scenario's.
        site_path: instead of the site that the scenario names.

    Raises:
        BadSettings: the scenario or its site is wrong.
        BadStorage: `out` cannot be written.
    """
    _check_seed(seed)
    scenario = load_scenario(scenario_path, variant=variant)
    site = load_site(site_path or scenario_path.parent / scenario.site)
    scenario = msgspec.structs.replace(
        scenario, geoid_m=site.undulation_m, seed=scenario.seed if seed is None else seed
    )
    sources = {f.sensor_id: (f.sac, f.sic) for f in site.feeds}
    played = play(scenario, site.plane, {s.id: s for s in site.sensors}, sources)
    _make_folder(out)
    name = "-".join(filter(None, (MARK, scenario_path.stem, variant)))
    recordings = _write_recordings(out / name, played)
    write_truth(out, played, borders=site.borders, places=site.places)
    records = sum(len(feed.links.t_ns) for feed in played.feeds)
    return Made(out, recordings, len(played.targets), records, scenario.label)


def simulate_onto(
    recording: Path,
    out: Path,
    *,
    site_path: Path,
    sensor_id: str = "",
    settings: InjectSettings | None = None,
    seed: int = 0,
    date: str = "",
) -> Made:
    """Inject simulated drones into a real CAT048 recording of raw blocks.

    Writes `synthetic-in-<name>.ast`, `truth.parquet`, `links.parquet` and `truth.json`. Raw blocks
    carry no date: give the one under which the recording will be replayed.

    Args:
        recording: raw blocks of one radar.
        out: folder to write into.
        site_path: the site file that describes the radar.
        sensor_id: which radar; empty for the site's only one with CAT048.
        settings: what to inject.
        seed: of everything random.
        date: day on which the recording begins, as YYYY-MM-DD; empty leaves 1970-01-01.

    Raises:
        BadInput: the recording cannot be used.
        BadSettings: the site has no such radar, or the date is none.
        BadStorage: `out` cannot be written.
    """
    _check_seed(seed)
    start_ns = _midnight_ns(date)
    site = load_site(site_path)
    radar, source = _radar_of(site, sensor_id, site_path)
    data = _read(recording)
    made = inject(
        data,
        read_records(data, source=source),
        radar=radar,
        source=source,
        settings=settings or InjectSettings(),
        rng=np.random.default_rng(seed),
    )
    _make_folder(out)
    path = out / f"{MARK}-in-{recording.stem}.ast"
    plane = SitePlane(radar.lat_deg, radar.lon_deg)
    about = {"label": INJECTED_LABEL, "synthetic": True, "recording": recording.name, "seed": seed}
    about |= {"partial": True, "start_ns": start_ns}
    about |= {"settings": msgspec.to_builtins(settings or InjectSettings())}
    try:
        path.write_bytes(made.data)
        table = injection_table(made, plane, start_ns=start_ns, undulation_m=site.undulation_m)
        pq.write_table(labelled(table, INJECTED_LABEL), out / "truth.parquet")
        pq.write_table(injection_links(made, radar.id, start_ns=start_ns), out / "links.parquet")
        (out / "truth.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise _refused(out, error) from error
    return Made(out, (path,), len(made.paths), len(made.plots.t_s), INJECTED_LABEL)


def _write_recordings(stem: Path, played: Played) -> tuple[Path, ...]:
    datagrams, lines = played.datagrams(), played.lines()
    written = []
    if datagrams:
        written.append(stem.with_name(stem.name + ".pcap"))
        write_pcap(written[-1], datagrams)
    if lines:
        written.append(stem.with_name(stem.name + ".jsonl"))
        try:
            written[-1].write_bytes(b"".join(lines))
        except OSError as error:
            raise _refused(written[-1], error) from error
    return tuple(written)


def _radar_of(site: Site, sensor_id: str, where: Path) -> tuple[Sensor, tuple[int, int]]:
    found = [f for f in site.feeds if f.category == 48 and sensor_id in {"", f.sensor_id}]
    if len(found) != 1:
        known = ", ".join(f.sensor_id for f in site.feeds if f.category == 48) or "none"
        raise BadSettings(
            f"{len(found)} radars with CAT048 fit {sensor_id!r}",
            where=str(where),
            remedy=f"Name one of: {known}.",
        )
    radar = next(s for s in site.sensors if s.id == found[0].sensor_id)
    return radar, (found[0].sac, found[0].sic)


def _check_seed(seed: int | None) -> None:
    if seed is not None and seed < 0:
        raise BadSettings(f"{seed} is no seed", where="--seed", remedy="Give 0 or more.")


def _midnight_ns(date: str) -> int:
    try:
        day = dt.date.fromisoformat(date or "1970-01-01")
    except ValueError:
        raise BadSettings(
            f"{date!r} is no date", where="--date", remedy="Write it as 2023-05-02."
        ) from None
    return (day - dt.date(1970, 1, 1)).days * DAY_NS


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"cannot be read ({error.strerror})", where=str(path), remedy="Name a readable file."
        ) from error


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> BadStorage:
    return BadStorage(
        f"cannot be written ({error.strerror})",
        where=str(path),
        remedy="Name a folder that can be written and has room.",
    )
