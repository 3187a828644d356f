"""What `tocsin score` takes from a run folder: drafts, lives of alerts, calls, tracks and links."""

from pathlib import Path

import pyarrow.parquet as pq

from tocsin.config import Site, site_from_json
from tocsin.model.errors import BadSettings
from tocsin.record import entries
from tocsin.record.reader import JournalReader
from tocsin.record.replay import settings_entry
from tocsin.record.run_folder import RunFolder
from tocsin.sim.score.gaps import Shown
from tocsin.sim.score.hazards import read_hazards
from tocsin.sim.score.measures import Case
from tocsin.sim.score.pictures import SHOWN
from tocsin.sim.score.warnings import read_about, read_warnings

EXTREME = "Extreme"


def read_case(folder: RunFolder, states: Path, about: Path) -> Case | None:
    """Return a run with its truth, or None where its journal is not there or of another version.

    Args:
        folder: the run.
        states: `truth.parquet`.
        about: `truth.json` beside it.

    Raises:
        BadInput: a file of the truth cannot be read.
        BadStorage: the journal is damaged.
    """
    if not folder.journal.is_file():
        return None
    told = read_about(about)
    with folder.read_journal() as reader:
        try:
            site = site_from_json(settings_entry(reader).body or b"")
        except BadSettings:
            return None
        gapped = any(target.get("unseen_ns") for target in told.get("targets", ()))
        shown = _shown(folder.tracks_parquet, site)
        drafts = [entries.draft_of(e) for e in reader.read(kind="draft")]
        alarms = [entries.alarm_of(e) for e in reader.read(kind="alarm")]
        return Case(
            hazards=read_hazards(states, site.plane),
            places=site.places,
            zones=site.zones,
            borders=site.borders,
            drafts=drafts,
            sent=[entries.sent_of(e) for e in reader.read(kind="sent")],
            transitions=[
                t for e in reader.read(kind="transition") for t in entries.transitions_of(e)
            ],
            alarms=None if drafts and not alarms else alarms,
            span_s=float(told.get("duration_s", 0.0)),
            extreme=sum(w.severity == EXTREME for w in read_warnings(folder.alerts)),
            about=told,
            shown=shown,
            links=_links(reader) if gapped else {},
        )


def _shown(tracks: Path, site: Site) -> Shown:
    names = ["t_ns", "t_update_ns", "track_id", "lat_deg", "lon_deg", "status"]
    table = pq.read_table(tracks, columns=names)
    rows = [status in SHOWN for status in table["status"].to_pylist()]
    table = table.filter(rows)
    lat_deg, lon_deg = table["lat_deg"].to_numpy(), table["lon_deg"].to_numpy()
    return Shown(
        t_ns=table["t_ns"].to_numpy(),
        t_update_ns=table["t_update_ns"].to_numpy(),
        track_id=table["track_id"].to_numpy(),
        pos_site_m=site.plane.site_from_geodetic(lat_deg, lon_deg),
    )


def _links(reader: JournalReader) -> dict[int, dict[int, float]]:
    """Return of each track which earlier ones it may be, with the greatest probability told."""
    links: dict[int, dict[int, float]] = {}
    for entry in reader.read(kind="assessment"):
        for found in entries.assessments_of(entry):
            for earlier in found.may_be:
                own = links.setdefault(found.track_id, {})
                own[earlier.track_id] = max(own.get(earlier.track_id, 0.0), earlier.same_prob)
    return links
