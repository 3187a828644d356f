"""The page tells what became of alerts, and of what was lost; and claims no more."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from lively_night import at, lively_night, write_lively
from test_show_report import CHROMIUM, Reader, browse

from tocsin.model.alert import Choice
from tocsin.record import entries
from tocsin.record.journal import Journal
from tocsin.record.run_folder import RunFolder
from tocsin.show.calls import CHOICES_TOLD
from tocsin.show.night import gather
from tocsin.show.report import render, write_report
from tocsin.show.stories import one_name_short, standing


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Return the run folder of a night whose alerts have lives."""
    made = RunFolder.create(tmp_path_factory.mktemp("lively"))
    write_lively(lively_night(), made)
    return made


@pytest.fixture(scope="module")
def page(folder: RunFolder) -> str:
    """Return its page."""
    return render(folder).decode()


def words(page: str, part: str) -> str:
    """Return the words of a section."""
    section = re.search(rf'<section id="{part}".*?</section>', page, re.DOTALL)
    assert section is not None
    return " ".join(re.sub(r"<[^>]*>", " ", section[0]).split())


def card(page: str, draft_id: str) -> str:
    """Return the words of one draft's card."""
    found = [
        part for part in re.findall(r"<article.*?</article>", page, re.DOTALL)
        if f"Draft <code>{draft_id}<" in part
    ]  # fmt: skip
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


def data(page: str) -> dict:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert set(reader.anchors) <= set(reader.ids)
    assert len(reader.ids) == len(set(reader.ids))
    return json.loads(reader.scripts["application/json"])


def test_the_headline_tells_what_was_sent_cleared_and_lapsed(page: str) -> None:
    """Ten seconds again: who was warned, by whose word, and is it over."""
    text = words(page, "picture")
    assert "6 warnings drafted for 4 zones, the first (WARN) at 22:44:20 UTC" in text
    assert "; 4 sent, the first at 22:44:35 UTC (01:44:35 EEST) by I. Ionescu." in text
    assert "1 alert cleared by a person." in text
    assert "1 alert LAPSED: the time ran out and nobody said that it is over." in text
    assert "none was sent" not in text
    assert re.search(r"drafted 8 min 12 s before .*, the first sent 7 min 57 s before\.", text)


@pytest.mark.parametrize(
    ("draft_id", "told"),
    [
        ("reni-town-warn-560", ["sent, then cleared", "Alert sent, by I. Ionescu: approved.",
                                "Cleared by M. Popa: seen to turn away; patrol confirms.",
                                "17 736 people, and 412 more because the outline was simplified"]),
        ("reni-town-all_clear-1100", ["ALL CLEAR of WARN", "All-clear sent, by M. Popa"]),
        ("tulcea-city-prepare-700", ["lapsed undecided, never sent", "nobody decided in time",
                                     "A. Guest wanted to approve it. Refused:"]),
        ("galati-city-prepare-1040", ["Alert sent to duty services only, by I. Ionescu"]),
        ("braila-city-warn-1250", ["rejected, never sent",
                                   "Rejected by M. Popa: two crop drones, seen by a patrol."]),
        ("galati-city-warn-1160", ["sent, then updated", "a second name was needed",
                                   "Alert sent, by I. Ionescu and M. Popa: approved."]),
        ("galati-city-last_call-1400", ["sent, then LAPSED: nobody has said that it is over",
                                        "by standing authority of I. Ionescu (2026-05-28)",
                                        "LAPSED: its time ran out; this is no all-clear."]),
    ],
)  # fmt: skip
def test_each_card_tells_its_life(page: str, draft_id: str, told: list[str]) -> None:
    """Who approved, who rejected and why, and how it ended."""
    text = card(page, draft_id)
    for one in told:
        assert one in text


def test_only_the_second_name_is_told_as_the_sending(page: str) -> None:
    """One approval of two must not read as if it had been enough, nor the last as one too few."""
    assert card(page, "galati-city-warn-1160").count("a second name was needed") == 1
    assert "a second name" not in card(page, "reni-town-warn-560")


def test_what_one_of_two_approved_is_found_until_the_other_has(folder: RunFolder) -> None:
    """An approval that waits for a second name has sent nothing."""
    with folder.read_journal() as journal:
        lives = gather(journal).lives
    assert one_name_short(lives) == ()
    draft_id = "galati-city-warn-1160"
    kept = {name: entry for name, entry in lives.sent.items() if name != draft_id}
    steps = lives.steps | {draft_id: lives.steps[draft_id][:1]}
    waiting = msgspec.structs.replace(lives, sent=kept, steps=steps)
    assert [draft.id for draft in one_name_short(waiting)] == [draft_id]


def test_a_card_has_the_odds_of_its_zone_and_the_words_in_every_language(page: str) -> None:
    """Who approves weighs the one against the other."""
    text = card(page, "galati-city-warn-1160")
    assert "Held to be 2 min 5 min 10 min 20 min If it comes (90 %) 5 drone, 78 % 8 % 31 %" in text
    assert "in 4 to 12 min" in text
    assert "As a cell broadcast: UCS-2, 4 of at most 15 pages." in text
    for language in ("ro-RO", "en-GB", "uk-UA", "hu-HU"):
        assert f'<div class="text" lang="{language}">' in page
        assert re.search(rf'<label for="[^"]*">{language}</label>', page)


def test_calls_and_decisions_are_listed_also_the_refused(page: str) -> None:
    """Alarm load, and who did what when."""
    text = words(page, "calls")
    assert "called 4 times: 4.0 an hour, at most 3 within 10 min" in text
    assert "raised from WARN" in text
    assert "A. Guest approve tulcea-city-prepare-700 – refused: A. Guest has not the right" in text
    assert "M. Popa explain the lost track 7 fallen into the river" in text
    assert "I. Ionescu grant standing authority LAST_CALL night duty" in text
    assert set(CHOICES_TOLD) == set(Choice.__args__)


def test_no_claim_is_made_that_a_phone_received_anything(page: str) -> None:
    """What left the house is on record; what arrived is not."""
    assert "Whether 5 sent alerts reached any phone" in words(page, "unknown")
    assert "no receipt by any phone is on record" in words(page, "drafts")
    assert "Whether it was over when alerts for 1 zone lapsed" in words(page, "unknown")
    assert not re.search(r"(?<!reached any )phones? (received|got|rang)", page)


def test_lost_tracks_have_their_region_and_what_may_continue_them(page: str) -> None:
    """The region grows with time, and ends where a person explained it."""
    told = data(page)
    tracks = {track["id"]: track for track in told["tracks"]}
    regions = tracks[7]["regions"]
    radii_m = [row[3] for row in regions if len(row) > 1]
    assert len(radii_m) > 5
    assert radii_m == sorted(radii_m)
    assert regions[-1] == [16_960 + 40]
    assert tracks[5]["regions"] == []
    assert tracks[6]["may_be"] == [[7, 0.62], [2, 0.11]]
    assert "may be the same as track 7, p = 0.62 or track 2, p = 0.11" in words(page, "tracks")
    assert {told["words"][row[12]] for row in tracks[4]["held"]} == {"manoeuvring"}


def test_a_track_still_lost_at_the_end_says_how_far_it_may_be(tmp_path: Path) -> None:
    """Nobody explained it: the table keeps it, with the people inside."""
    night = lively_night(step_s=20.0)
    folder = RunFolder.create(tmp_path)
    for found in night.assessments:
        for n, one in enumerate(found):
            if one.track_id == 7 and one.t_ns >= at(1700):
                last = next(a for f in night.assessments for a in f if a.reach).reach
                found[n] = msgspec.structs.replace(one, reach=last)
    write_lively(night, folder)
    page = render(folder).decode()
    assert "by now, 65 624 people" in words(page, "tracks")
    explained = "was seen last at"
    assert explained not in words(page, "picture")
    RunFolder.create(tmp_path, replace=True)
    write_lively(night, folder, without="explain")
    told = words(render(folder).decode(), "picture")
    assert "Track 7 was seen last at 23:00:00 UTC (02:00:00 EEST) and not explained: 5 min" in told
    assert "it may be anywhere within 3 km of there, among 65 624 people." in told


def test_every_draft_of_a_run_has_one_standing(folder: RunFolder) -> None:
    """A draft without one would look as if nothing had become of it."""
    with folder.read_journal() as journal:
        lives = gather(journal).lives
    told = [standing(lives, entry.draft) for entry in lives.drafts]
    assert all(told)
    assert sum(one.startswith("sent") for one in told) == len(lives.sent) == 5


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium or chrome on this machine")
def test_a_browser_draws_regions_and_lives_without_an_error(folder, tmp_path: Path) -> None:
    """The script's own answer: the card says where the lost track may be."""
    dom, log = browse(write_report(folder), tmp_path / "profile", "#t=1650&track=7")
    assert not re.findall(r"CONSOLE.*|Uncaught.*|Refused.*", log)
    shown = re.search(r'<div id="card".*?</dl></div>', dom, re.DOTALL)
    assert shown is not None
    assert "of where it was seen last, 2 min 30 s before" in shown[0]
    assert "83\u202f360 people in 2 zones" in shown[0]


def test_an_approved_alert_that_did_not_leave_is_not_told_as_sent(tmp_path: Path) -> None:
    """People believe that it went out: nothing on this page is more urgent."""
    folder = RunFolder.create(tmp_path)
    write_lively(lively_night(step_s=20.0), folder)
    with Journal.open(folder.journal, salt_key=b"a fixed test key") as journal:
        idx = next(e.idx for e in journal.read(kind="sent") if "last_call" in e.fields()["id"])
        entries.journal_refusal(journal, at(1400), decision_idx=idx, why="not sent: bow-tie")
    page = render(folder).decode()
    text = card(page, "galati-city-last_call-1400")
    assert "approved, NOT SENT: no sound message could be made of it" in text
    assert "NOT SENT: not sent: bow-tie" in text
    assert "Alert sent" not in text
    assert "1 approved alert NOT SENT" in words(page, "picture")
    assert "; 3 sent, the first" in words(page, "picture")
