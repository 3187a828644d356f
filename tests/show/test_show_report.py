"""The page says everything, loads nothing, and works in a browser."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from synthetic_night import T0_NS, Night, make_night, write_night
from tocsin.model.errors import BadInput, BadStorage
from tocsin.model.threat import Threat
from tocsin.model.units import S_NS
from tocsin.record.entries import journal_versions
from tocsin.record.run_folder import RunFolder
from tocsin.show.flown import BUDGET, read_flown
from tocsin.show.report import render, write_report

UNSEEN_FROM_NS = T0_NS + 1_480 * S_NS
"""A few seconds before track 5 reaches the border."""


@pytest.fixture(scope="session")
def page(run: RunFolder) -> str:
    """Return the page of the synthetic night."""
    return render(run).decode()


class Reader(HTMLParser):
    """Check that tags nest, and collect ids, links, texts and attributes that load things."""

    VOID = frozenset({"meta", "br", "input", "link", "img", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.anchors: list[str] = []
        self.loads: list[str] = []
        self.handlers: list[str] = []
        self.scripts: dict[str, str] = {}
        self.kind = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        self.ids += [found["id"]] if found.get("id") else []
        href = found.get("href") or ""
        self.anchors += [href[1:]] if href.startswith("#") else []
        self.loads += [v for k, v in attrs if k in {"src", "data", "poster"} and v]
        self.loads += [href] if href and not href.startswith("#") else []
        self.handlers += [k for k, _ in attrs if k.startswith("on") or k == "style"]
        self.kind = {"script": found.get("type") or "script", "style": "style"}.get(tag, "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.kind = ""

    def handle_data(self, data: str) -> None:
        if self.kind:
            self.scripts[self.kind] = self.scripts.get(self.kind, "") + data


@pytest.fixture(scope="session")
def read(page: str) -> Reader:
    """Return the page as a parser sees it."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_has_every_part_and_every_link_arrives(read: Reader) -> None:
    """A part that is missing is a question that nobody can answer from the page."""
    parts = {"picture", "drafts", "tracks", "sensors", "rejects", "unknown", "record", "map"}
    assert parts <= set(read.ids)
    assert set(read.anchors) <= set(read.ids)
    assert len(read.ids) == len(set(read.ids))


def test_the_page_names_no_outside_address(page: str, read: Reader) -> None:
    """It is opened in places without a network, and must tell nobody that it was opened."""
    assert not re.findall(r"\b(?:https?|wss?|ftp):|\burl\(|@import|fetch\(|XMLHttp", page)
    assert read.loads == []
    assert read.handlers == []


def test_the_policy_allows_this_script_and_style_and_nothing_else(page: str, read: Reader) -> None:
    """One changed byte in a script must stop it; a hash that is wrong would stop ours."""
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].replace("&#39;", "'").startswith("default-src 'none'; ")
    for kind in ("script", "style"):
        digest = hashlib.sha256(read.scripts[kind].encode()).digest()
        assert base64.b64encode(digest).decode() in policy[1].replace("&#43;", "+")


def test_the_headline_says_what_flew_crossed_and_was_drafted(page: str) -> None:
    """A duty officer has ten seconds."""
    lead = re.search(r'<div class="lead">(.*?)</div>', page, re.DOTALL)
    assert lead is not None
    text = " ".join(re.sub(r"<[^>]*>", "", lead[1]).split())
    assert "10 tracks in 30 min 28 s: 7 without transponder, 3 with." in text
    assert re.search(
        r"Track 5 crossed the border invented-river between 23:00:\d\d and 23:00:\d\d UTC", text
    )
    assert "drafted 8 min 12 s before (PREPARE, 22:52:20 UTC" in text
    assert "Places threatened at some time with 50 % or more: Galați (74 %)." in text
    assert "3 warnings drafted for 1 zone, the first (PREPARE) at 22:52:20 UTC" in text
    assert "(01:52:20 EEST)" in text
    assert re.search(r"; seen inside for 1 min 4\d s, then carried on unseen for another \d", text)
    assert "none was sent" in text
    assert text.count("[#") >= 4


def test_below_an_even_chance_the_most_threatened_place_is_told(tmp_path: Path) -> None:
    """The first minutes of a night have no likely place, and still one to look at."""
    night = make_night(step_s=20.0)
    for assessed in night.assessments:
        assessed[:] = [
            msgspec.structs.replace(a, threats=tuple(map(halved, a.threats))) for a in assessed
        ]
    folder = RunFolder.create(tmp_path)
    write_night(night, folder)
    assert "Most threatened place: Galați, 37 % within 5 min, by track 5" in render(folder).decode()


def halved(threat: Threat) -> Threat:
    """Return a threat half as probable."""
    return msgspec.structs.replace(threat, prob=tuple(p / 2 for p in threat.prob))


def test_a_crossing_that_no_sensor_saw_is_not_told_as_one(tmp_path: Path) -> None:
    """A track that was lost before the line and carried over it has not been seen to cross."""
    night = make_night(step_s=4.0)
    for n, picture in enumerate(night.pictures):
        tracks = tuple(
            msgspec.structs.replace(t, t_update_ns=min(t.t_update_ns, UNSEEN_FROM_NS))
            for t in picture.tracks
        )
        night.pictures[n] = msgspec.structs.replace(picture, tracks=tracks)
    folder = RunFolder.create(tmp_path)
    write_night(night, folder)
    page = render(folder).decode()
    assert "No track without transponder was seen to cross the border." in page
    assert "Whether track 5 came inside a border: the picture carried it over" in page


def test_synthetic_data_say_so_at_the_top_and_the_bottom(page: str, night: Night) -> None:
    """A picture of this page without its words must still not pass for an event."""
    assert page.count("Synthetic") >= 2
    assert "<title>Galați, synthetic night (synthetic)" in page
    assert page.count("Exercise: made from synthetic data.") == len(night.drafts)


def test_a_real_site_does_not_say_synthetic(tmp_path: Path) -> None:
    """The banner must mean something."""
    real = make_night(step_s=60.0)
    real.site = msgspec.structs.replace(real.site, synthetic=False, note="", title="A site")
    real.drafts.clear()
    folder = RunFolder.create(tmp_path)
    write_night(real, folder)
    page = render(folder).decode()
    assert not re.search(r'class="(synthetic|exercise)"|<strong>Synthetic', page)
    assert "No warning was drafted." in page


def test_drafts_are_shown_in_both_languages_with_their_reasons(page: str) -> None:
    """Who approves has to read what would be sent, and why."""
    for words in (
        "Adăpostiți-vă", "Take shelter", "Track 5 crosses within 5 min with probability 0.91.",
        "Rests on 2 detections", "#2/0", "in place of <code>galati-test-2</code>",
    ):  # fmt: skip
        assert words in page


def test_silent_sensors_and_rejects_are_told_with_their_bytes(page: str) -> None:
    """Silence and unread bytes are where an investigation starts."""
    assert "silent for 3 min 40 s" in page
    assert "nothing heard" in page
    assert "to the end of the record" in page
    assert "30 00 3d ff" in page
    assert re.search(r"<span>40\u202f960</span> block says 61 bytes", page)


def test_what_the_input_says_cannot_become_markup(page: str, read: Reader) -> None:
    """A callsign or a settings file must not be able to run in the reader's browser."""
    assert "category 77 &lt;b&gt;is not&lt;/b&gt; read here" in page
    assert "Galați &lt;/script&gt; &amp; night" in page
    assert "<" not in read.scripts["application/json"]


def test_what_is_not_known_is_said(page: str) -> None:
    """The page must not be read for more than it holds."""
    unknown = page[page.index('id="unknown"') :]
    for words in (
        "not intent", "The height of 7 tracks", "no evidence of absence", "not an all-clear",
        "1-sigma 150 m", "nothing here was checked against what really flew",
    ):  # fmt: skip
        assert words in unknown
    assert "hostile" not in page.replace("no track is labelled hostile", "")


def test_attributions_stand_on_the_map_and_in_the_record(page: str) -> None:
    """The licences of the map data ask for it."""
    assert page.count("© OpenStreetMap contributors, ODbL 1.0") == 2
    assert page.count("GeoNames, CC BY 4.0") == 2


def test_the_data_give_back_positions_to_a_metre(read: Reader, night: Night) -> None:
    """Whole steps of 1e-5 degrees add up without drifting away."""
    data = json.loads(read.scripts["application/json"])
    track = next(t for t in data["tracks"] if t["id"] == 5)
    shown = {
        t: (sum(track["lat"][: n + 1]) / 1e5, sum(track["lon"][: n + 1]) / 1e5)
        for n, t in enumerate(_sums(track["t"]))
    }
    for picture in night.pictures[60::41]:
        tick = (picture.t_ns - night.pictures[0].t_ns) // 100_000_000
        flown = next((t for t in picture.tracks if t.id == 5), None)
        if flown is not None and tick in shown:
            assert shown[tick] == pytest.approx((flown.lat_deg, flown.lon_deg), abs=1e-5)


def _sums(steps: list[int]) -> list[int]:
    total, sums = 0, []
    for step in steps:
        total += step
        sums.append(total)
    return sums


def test_the_page_stays_under_three_megabytes(tmp_path: Path) -> None:
    """The page is sent by mail and opened on a tablet, also when a hundred tracks flew."""
    folder = RunFolder.create(tmp_path)
    write_night(make_night(step_s=5.0, copies=10), folder)
    page = render(folder)
    assert "100 tracks in" in page.decode()
    tracks, _ = read_flown(folder.tracks_parquet, gap_s=15.0)
    points = sum(len(track.t_ns) for track in tracks)
    assert points > 10_000
    assert len(page) * BUDGET / points < 3_000_000


def test_a_folder_without_settings_or_table_gives_one_clear_line(tmp_path: Path) -> None:
    """Half a run is the usual remains of a crash."""
    folder = RunFolder.create(tmp_path)
    with folder.new_journal(salt_key=b"a fixed test key") as journal:
        journal_versions(journal, 1, {})
    with pytest.raises(BadInput, match="no settings"):
        render(folder)
    RunFolder.create(tmp_path, replace=True)
    write_night(make_night(step_s=300.0), folder)
    folder.tracks_parquet.unlink()
    with pytest.raises(BadStorage, match="table of tracks"):
        render(folder)


def test_a_night_in_which_nothing_flew_has_a_page(tmp_path: Path) -> None:
    """Most nights are like that."""
    quiet = make_night(step_s=60.0)
    quiet.pictures[:] = [msgspec.structs.replace(p, tracks=()) for p in quiet.pictures]
    quiet.assessments[:] = [[] for _ in quiet.assessments]
    quiet.drafts.clear()
    quiet.rejects.clear()
    folder = RunFolder.create(tmp_path)
    write_night(quiet, folder)
    page = write_report(folder).read_text()
    assert "No tracks in 30 min" in page
    assert "No track without transponder was seen to cross the border." in page
    assert "Everything that came in was understood." in page


@pytest.mark.parametrize("theme", ["", '[data-theme="light"]'])
def test_words_stand_out_from_their_ground(page: str, theme: str) -> None:
    """WCAG 2.2 success criterion 1.4.3 (AA) asks for 4.5 to 1, in both themes."""
    start = page.index(f"{theme} {{" if theme else ":root {")
    told = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", page[start : page.index("}", start)]))
    inks = ("ink", "soft", "accent", "without", "with", "mixed", "alarm", "warn")
    for ink in inks:
        for ground in ("ground", "panel", "raised"):
            assert contrast(told[ink], told[ground]) >= 4.5, (ink, ground)
    assert contrast(told["ground"], told["accent"]) >= 4.5
    assert contrast(told["soft"], told["land-b"]) >= 4.5
    assert contrast(told["focus"], told["ground"]) >= 3.0


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two sRGB colours (WCAG 2.2, definition)."""
    lights = []
    for colour in (one, other):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def browse(page: Path, profile: Path, address: str = "") -> tuple[str, str]:
    """Return the page's DOM after its script ran, and what the browser logged."""
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--enable-logging=stderr", "--window-size=1280,720",
            "--virtual-time-budget=1500", f"--user-data-dir={profile}", "--dump-dom",
            f"{page.as_uri()}{address}",
        ],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout, done.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium or chrome on this machine")
def test_a_browser_runs_the_page_without_an_error(run: RunFolder, tmp_path: Path) -> None:
    """What a parser accepts may still be blank: the script itself says when it has drawn."""
    dom, log = browse(write_report(run), tmp_path / "profile", "#t=1510&track=5&theme=light")
    assert not re.findall(r"CONSOLE.*|Uncaught.*|Refused.*", log)
    assert re.search(r'<html[^>]* data-ready="true"', dom)
    assert re.search(r'<html[^>]* data-theme="light"', dom)
    card = re.search(r'<div id="card".*?</dl></div>', dom, re.DOTALL)
    assert card is not None
    assert "Track 5" in card[0]
    assert "not known" in card[0]
    assert "23:00:10 UTC" in dom


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium or chrome on this machine")
def test_time_unseen_goes_on_when_a_track_leaves_the_picture(
    run: RunFolder, tmp_path: Path
) -> None:
    """Track 8 was seen last at 900 s and left the picture at 1060 s; the record ends at 1828 s."""
    dom, _ = browse(write_report(run), tmp_path / "profile", "#track=8")
    card = re.search(r'<div id="card".*?</dl></div>', dom, re.DOTALL)
    assert card is not None
    assert "no longer in the picture" in card[0]
    assert "<dt>Last measured</dt><dd>15 min 28 s before</dd>" in card[0]
