"""`tocsin` itself: quick to answer, and every command leads to its work."""

import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.commands.sites import shipped

Tocsin = Callable[..., tuple[int, str, str]]
HEAVY = ("numba", "numpy", "pyarrow", "scipy", "shapely", "sqlalchemy", "rich.progress", "asterix")
DOCS = Path(__file__).parents[2] / "docs"


def test_help_loads_nothing_heavy_and_answers_at_once() -> None:
    """A front door that takes two seconds to say what it does is not asked twice."""
    told = "import sys, tocsin.cli; print([m for m in sys.argv[1:] if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", told, *HEAVY], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    took_s = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-c", "from tocsin.cli import main; main()", "--help"],
            capture_output=True,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took_s.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(took_s) < 0.4


def test_every_command_is_explained(tocsin: Tocsin) -> None:
    """A command that the start page does not name is found by nobody."""
    code, out, _ = tocsin("--help")
    assert code == 0
    commands = re.findall(r"^  ([a-z]+) {2,}", out.partition("Commands:")[2], re.MULTILINE)
    assert len(commands) >= 7
    page = (DOCS / "index.md").read_text()
    assert all(f"`tocsin {name}`" in page for name in commands)
    for name in commands:
        code, text, _ = tocsin(name, "--help")
        assert code == 0
        assert "--" in text


def test_the_help_says_what_leaves_and_by_whose_word(tocsin: Tocsin) -> None:
    """A promise that nothing is sent would be false since people may approve."""
    told = " ".join(tocsin("--help")[1].split())
    assert "lets out only what a named person" in told
    assert "A replay sends nothing anywhere" in told


def test_a_bare_call_shows_the_help(tocsin: Tocsin) -> None:
    """Whoever types the name alone wants to know what there is."""
    assert "Commands:" in "".join(map(str, tocsin()))


def test_an_unknown_option_is_refused_with_code_2(tocsin: Tocsin) -> None:
    """Scripts tell usage errors by the code."""
    assert tocsin("replay", "--nonsense")[0] == 2


def test_a_recording_is_probed_and_decoded(
    tocsin: Tocsin, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    """The two commands that a newcomer tries first."""
    code, out, _ = tocsin("probe", recordings[0])
    assert code == 0
    assert "048" in out
    assert "1.32" in out
    code, _, err = tocsin("decode", recordings[0], "--out", tmp_path / "lines.jsonl")
    assert code == 0
    lines = (tmp_path / "lines.jsonl").read_text().splitlines()
    assert f"{len(lines):,} records" in err
    assert "record" in json.loads(lines[0])


def test_a_run_is_simulated_replayed_scored_and_made_again(tocsin: Tocsin, tmp_path: Path) -> None:
    """The way of every experiment, from a scenario to figures, by commands alone."""
    scenario = tmp_path / "short.toml"
    text = (shipped() / "scenarios" / "galati-clutter.toml").read_text()
    text = text.replace('"../galati.toml"', f'"{shipped() / "galati.toml"}"')
    scenario.write_text(re.sub(r"duration_s = [\d_.]+", "duration_s = 60.0", text, count=1))
    made, run = tmp_path / "made", tmp_path / "run"
    code, out, err = tocsin("simulate", scenario, "--out", made)
    assert code == 0, err
    assert "SYNTHETIC" in out
    code, out, err = tocsin("replay", *made.glob("synthetic-*"), "-s", "galati", "-o", run)
    assert code == 0, err
    assert str(run / "report.html") in out
    assert "synthetic" in out
    code, out, err = tocsin("score", run, "--truth", made, "--json")
    assert code == 0, err
    assert json.loads(out)["picture"]["pictures"] > 10
    code, out, err = tocsin("score", run, "--truth", tmp_path / "absent")
    assert (code, "absent: no such file. Name the folder" in err) == (2, True), err
    code, out, err = tocsin("replay", run, "--out", tmp_path / "again")
    assert code == 0, err
    assert re.search(r"Reproduced +[\d,]+ entries identical\n", out)


def test_a_run_that_does_not_come_out_equal_ends_with_code_1(
    tocsin: Tocsin, recordings: tuple[Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of the program may see another night: that must not pass for equal."""
    run = tmp_path / "run"
    assert tocsin("replay", *recordings, "-s", "galati", "-o", run)[0] == 0
    monkeypatch.setattr("tocsin.record.opening.tocsin.__version__", "0.0.0-other")
    code, out, _ = tocsin("replay", run, "--out", tmp_path / "again")
    assert code == 1
    assert "NOT EQUAL" in out


@pytest.mark.slow
def test_the_demo_runs_the_night_and_names_its_report(tocsin: Tocsin, tmp_path: Path) -> None:
    """What a newcomer types first must end with a page to look at, twice in the same folder."""
    out = tmp_path / "demo"
    for _ in range(2):
        code, text, err = tocsin("demo", "--once", "--out", out)
        assert code == 0, err
        assert str(out / "report.html") in text
        assert "synthetic, inspired by public timelines" in text
    assert (out / "scores.json").is_file()
    page = (out / "report.html").read_text()
    assert "Synthetic" in page
    picture = json.loads((out / "scores.json").read_text())["picture"]
    begun = picture["initiation"]
    assert begun["found"] == begun["targets"]
    assert begun["switches"] <= 100  # 57; joining tracks as at an airport made it 183
    assert picture["gospa"]["missed_per_look"] <= 0.2  # 0.12; with that fault 0.25
    assert picture["atm"]["false_tracks"] <= 15
