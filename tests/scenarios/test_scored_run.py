"""A run of the whole chain is scored from its record: drafts, calls and people, beside truth."""

import json
from pathlib import Path

from rich.console import Console

from tocsin.commands.replay import Replayed
from tocsin.commands.score import print_scores, score_run
from tocsin.commands.score_table import ROWS
from tocsin.sim.score.measures import summary
from tocsin.sim.score.notices import drafted, raises


def test_a_run_is_scored_from_its_record(done: Replayed, recordings: tuple[Path, ...]) -> None:
    """Three drones towards the town: what was drafted is what is scored."""
    folder = done.line.desk.folder
    scored = score_run(folder.root, recordings[0].parent)
    assert scored.measures is not None
    told = summary([scored.measures])
    assert told.raises == len(raises(drafted(done.line.desk.drafts), 1)) > 0
    assert told.calls_per_h is not None
    assert told.people_ratio is None or 0.0 < told.people_ratio <= 1.0
    assert told.first_alert_s is None  # nobody stood in for the approver
    assert told.premature == 0
    kept = json.loads(folder.scores.read_text())
    assert kept["summary"]["raises"] == told.raises
    assert len(kept["measures"]["leads"]) == told.arrivals + told.dark


def test_every_measure_is_printed_beside_its_reach(
    done: Replayed, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    """A measure that is worked out and not shown would be missed by nobody."""
    scored = score_run(done.line.desk.folder.root, recordings[0].parent)
    with (tmp_path / "out.txt").open("w") as out:
        console = Console(record=True, width=200, file=out)
        print_scores(scored, console)
    text = console.export_text()
    assert all(name in text for name, _, _ in ROWS)
