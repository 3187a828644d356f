"""The scenarios of the pack as files: each says what it is, loads, and plays."""

import re
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tocsin.commands.pack import PACK, Done, chosen, packed_of, plain, seeds_of
from tocsin.commands.sites import shipped
from tocsin.config import Site, load_site
from tocsin.model.errors import BadSettings
from tocsin.sim.movers import bodies, fly
from tocsin.sim.play import Played, play
from tocsin.sim.scenario import Scenario, load_scenario
from tocsin.sim.score.hazards import HARMLESS
from tocsin.sim.truth import arrivals, crossings

FOLDER = shipped() / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))
NOTHING_COMES = {"galati-2023", "estonia-2026", "clutter-24h", "galati-clutter"}
EVENTS = sorted({name.partition("@")[0] for name in PACK if re.search(r"-20\d\d", name)})


@pytest.fixture(scope="module")
def sites() -> dict[str, Site]:
    """Sites by the name that scenarios give them; each is loaded once."""
    named = {load_scenario(path).site for path in FILES}
    return {name: load_site((FOLDER / name).resolve()) for name in named}


def flown(name: str, sites: dict[str, Site], seed: int = 1000) -> tuple[Scenario, tuple, Site]:
    scenario = load_scenario(FOLDER / f"{name}.toml")
    site = sites[scenario.site]
    scenario = msgspec.structs.replace(scenario, geoid_m=site.undulation_m, seed=seed)
    flight, *_ = np.random.default_rng(seed).spawn(1 + len(scenario.sensors))
    return scenario, fly(scenario, site.plane, flight), site


def hazards(targets: tuple) -> list:
    return [t for t in bodies(targets) if not t.cooperative and t.kind not in HARMLESS]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_scenario_says_what_it_is_and_plays(path: Path, sites: dict[str, Site]) -> None:
    """Three minutes of each: its label is honest, its sensors are the site's, something is sent."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# SYNTHETIC")
    scenario = load_scenario(path)
    assert "SYNTHETIC" in scenario.label
    site = sites[scenario.site]
    short = msgspec.structs.replace(scenario, duration_s=180.0, geoid_m=site.undulation_m)
    sources = {f.sensor_id: (f.sac, f.sic) for f in site.feeds}
    played = play(short, site.plane, {s.id: s for s in site.sensors}, sources)
    assert isinstance(played, Played)
    assert len(played.datagrams()) > 100
    for variant in scenario.variants:
        assert load_scenario(path, variant=variant).movers != scenario.movers


@pytest.mark.parametrize("name", EVENTS)
def test_events_claim_nothing_that_is_not_proven(name: str) -> None:
    """The header says what is public and what is invented, and that it is no reconstruction."""
    head = (FOLDER / f"{name}.toml").read_text(encoding="utf-8").split("\n\n", 1)[0]
    told = " ".join(head.replace("#", " ").split()).lower()
    assert "inspired by public timelines" in told
    assert "not a reconstruction" in told
    assert "public and used" in told
    assert "invented" in told
    assert not re.search(r"\b(aimed at|target(ed)?|in order to)\b", told)


@pytest.mark.parametrize("name", sorted(NOTHING_COMES))
def test_nothing_comes_where_the_file_says_so(name: str, sites: dict[str, Site]) -> None:
    """Clutter nights hold no uncooperative aircraft: every public warning there is false."""
    _, targets, _ = flown(name, sites)
    assert not hazards(targets)
    assert len(targets) > 10


def test_one_broadcast_of_the_clutter_day_is_a_ghost(sites: dict[str, Site]) -> None:
    """A spoofed flight is among the friendly ones, and flies towards the city."""
    _, targets, _ = flown("clutter-24h", sites)
    assert [t.callsign for t in targets if t.ghost] == ["GHOST001"]


@pytest.mark.parametrize("seed", [1000, 1001, 1002])
def test_chilia_veche_comes_down_outside(seed: int, sites: dict[str, Site]) -> None:
    """About 100 m from the border, on the other side, beside the town."""
    scenario, targets, site = flown("chilia-veche-2026", sites, seed)
    (one,) = [t for t in targets if t.mover == "comes-down-outside"]
    crossed = crossings([one], site.borders, site.plane, start_ns=0)
    assert len(crossed) % 2 == 0  # it may cut a bend of the river, and is out again
    came = arrivals([one], site.places, start_ns=0)
    assert "geonames-682117" in {a.place_id for a in came}
    assert one.path.t_s[-1] < scenario.duration_s - 120.0


@pytest.mark.parametrize(
    ("name", "mover", "gaps"),
    [("foltesti-2025", "wanderer", 4), ("puiesti-2025", "wanderer", 1)],
)
def test_gaps_lie_inside_the_flight(
    name: str, mover: str, gaps: int, sites: dict[str, Site]
) -> None:
    """A gap that begins after the end, or never ends, would ask nothing of the links."""
    for seed in (1000, 1001):
        _, targets, _ = flown(name, sites, seed)
        (one,) = [t for t in targets if t.mover == mover]
        inside = [
            s for s in one.unseen_s if one.path.t_s[0] + 60 < s[0] and s[1] + 60 < one.path.t_s[-1]
        ]
        assert len(inside) == gaps


def test_puiesti_ends_when_its_fuel_is_spent(sites: dict[str, Site]) -> None:
    """Down in the county of Vaslui, unseen, half an hour after it was seen last."""
    scenario, targets, _ = flown("puiesti-2025", sites)
    (one,) = [t for t in targets if t.mover == "wanderer"]
    assert one.ends == "impact"
    assert one.path.t_s[-1] < scenario.duration_s - 300.0
    assert one.path.t_s[-1] - one.unseen_s[-1][0] == pytest.approx(1_900.0, abs=500.0)


def test_the_pack_names_files_that_are_there() -> None:
    """Each name and variant exists, and each new file is in the pack."""
    for name in PACK:
        scenario, _, variant = name.partition("@")
        load_scenario(FOLDER / f"{scenario}.toml", variant=variant)
    stems = {path.stem for path in FILES} - {"galati-clutter"}  # an hour of the day of clutter
    assert stems == {name.partition("@")[0] for name in PACK}


def test_scenarios_and_seeds_are_chosen_by_name() -> None:
    """A name stands for all its variants; what is unknown is refused in one line."""
    assert chosen(["galati-2026"]) == ["galati-2026", "galati-2026@100m", "galati-2026@2000m"]
    assert chosen(["galati-2026@100m"]) == ["galati-2026@100m"]
    assert chosen([]) == list(PACK)
    assert seeds_of("1000,1003-1005") == [1000, 1003, 1004, 1005]
    for wrong in ("", "x", "5-", "-5", "7-6", "0-99999999999"):
        with pytest.raises(BadSettings):
            seeds_of(wrong)
    with pytest.raises(BadSettings, match="no scenario"):
        chosen(["nowhere"])


def test_a_run_that_failed_is_told_and_not_counted() -> None:
    """A fault must not vanish from the table, nor count as a quiet night."""
    failed = Done(name="grindu-2025", seed=1, wall_s=1.0, data_s=0.0, fault="no room")
    packed = packed_of([failed])
    assert packed.together is None
    assert packed.by_scenario == {}
    assert plain(packed)["runs"][0]["fault"] == "no room"
    assert plain(packed)["synthetic"] is True
