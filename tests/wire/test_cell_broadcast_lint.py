"""The linter: it finds what is wrong, says where, and is content with our own templates."""

from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model.alert import AlertText, Draft
from tocsin.warn.texts import Facts, texts_of
from tocsin.warn.words.table import WORDS
from tocsin.wire.cell_broadcast.lint import lint_draft, lint_text
from tocsin.wire.cell_broadcast.reading import CONTENTS, READINGS

TAGS = tuple(words.tag for words in WORDS.values())
SOURCE = {
    "ro": "Inspectoratul pentru Situații de Urgență",
    "en": "Inspectorate for Emergency Situations",
    "uk": "Інспекторат з надзвичайних ситуацій",
    "hu": "Katasztrófavédelmi Felügyelőség",
}
GOOD = AlertText(
    language="en-GB",
    headline="Warning: possible DRONE, Galati county. GO INDOORS",
    description=(
        "Source: ISU Galati. Hazard: possible DRONE; debris may fall. Location: Galati county."
    ),
    instruction="What to do: GO INDOORS. Time: it may pass in 6 to 9 minutes from this message.",
    area="Galati county",
)
VAGUE = AlertText(
    language="ro-RO",
    headline="Mesaj de alertă",
    description=(
        "Există posibilitatea căderii unor obiecte din spațiul aerian. Păstrați-vă calmul și "
        "urmați sfaturile autorităților."
    ),
    instruction="Adăpostiți-vă în beciuri sau în adăposturi de protecție civilă.",
    area="Galați",
)
"""What such messages have said for years: no sender, no drone, no place, no time."""


def facts(**changes) -> Facts:
    told = {
        "level": "LAST_CALL",
        "source": SOURCE,
        "zone": {"ro": "județul Galați", "en": "Galați county", "uk": "повіт Галац"},
        "place": {"local": "Brăhășeștii de Sus", "en": "Brahasestii de Sus"},
        "tracks": 43,
        "span_min": (11, 22),
        "valid_min": 30,
        "synthetic": False,
        "tracks_left": 2,
        "tracks_explained": 41,
    }
    return Facts(**(told | changes))


def codes(text: AlertText, **known) -> list[str]:
    return [finding.code for finding in lint_text(text, **known).findings]


def changed(**changes) -> AlertText:
    return msgspec.structs.replace(GOOD, **changes)


@pytest.mark.parametrize("language", TAGS)
def test_every_template_has_five_contents_and_no_finding(language) -> None:
    """Fewer than one public alert in ten has all five."""
    for level, purpose, update, synthetic, span in product(
        ("PREPARE", "WARN", "LAST_CALL"),
        ("warning", "all_clear"),
        (True, False),
        (True, False),
        (None, (0, 3), (11, 22)),
    ):
        made = facts(
            level=level, purpose=purpose, update=update, synthetic=synthetic, span_min=span
        )
        (text,) = texts_of(made, (language,))
        report = lint_text(text, level=level, purpose=purpose, synthetic=synthetic)
        assert report.contents == CONTENTS
        assert report.sound
        assert {finding.code for finding in report.findings} <= {"alphabet"}, report.findings
        assert report.pages <= 15
        assert (report.alphabet == "GSM-7") == (language == "en-GB")
        assert (report.plain_text is None) == (language in ("en-GB", "uk-UA"))


@settings(max_examples=20, deadline=None)
@given(
    name=st.text(st.sampled_from("abcdățșöő"), min_size=1, max_size=28),
    tracks=st.integers(1, 999),
    last=st.integers(1, 90),
)
def test_names_of_28_letters_always_fit(name: str, tracks: int, last: int) -> None:
    """The budget that docs/messages.md states: longer names cost the last page."""
    made = facts(
        zone={"ro": "județul " + name}, place={"local": name}, tracks=tracks, span_min=(1, last)
    )
    for text in texts_of(made, TAGS):
        assert lint_text(text, level="LAST_CALL").pages <= 15


def test_a_good_text_has_no_finding() -> None:
    """A linter that always complains is switched off."""
    assert codes(GOOD) == []


def test_a_text_that_names_nothing_is_told_so() -> None:
    """It sends people to shelter without saying who, what, where or when."""
    report = lint_text(VAGUE)
    assert report.contents == ("guidance",)
    assert not report.sound
    missing = {f.what.split()[-1] for f in report.findings if f.code == "content_missing"}
    assert missing == {"source", "hazard", "location", "time"}
    assert any(f.code == "jargon" for f in report.findings)


@pytest.mark.parametrize("content", CONTENTS)
def test_each_missing_content_is_found(content) -> None:
    """Taken out one by one."""
    gone = {
        "source": {"description": GOOD.description.replace("Source: ISU Galati. ", "")},
        "hazard": {"description": GOOD.description.replace("DRONE", "object")},
        "location": {"description": GOOD.description.replace("Location: Galati county.", "")},
        "guidance": {"instruction": GOOD.instruction.replace("GO INDOORS", "be careful")},
        "time": {"instruction": "What to do: GO INDOORS."},
    }
    report = lint_text(changed(**gone[content]))
    assert content not in report.contents
    assert [f.what for f in report.findings if f.code == "content_missing"] == [
        f"the text does not say its {content}"
    ]


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"headline": "<b>Warning</b>: possible DRONE"}, "markup", "en-GB headline"),
        ({"area": "Galati &amp; Braila"}, "markup", "en-GB area"),
        ({"headline": "Warning: {drones}"}, "not_filled_in", "en-GB headline"),
        ({"area": " "}, "empty_part", "en-GB area"),
        ({"headline": "EXERCISE. Warning"}, "exercise_mark", "en-GB headline"),
        ({"headline": "Warning: DRONE in Galați"}, "english_flipped", "en-GB"),
        ({"headline": "Warning: DANGEROUS DRONE"}, "capitals", "en-GB"),
        ({"headline": "Warning: UAV incursion"}, "jargon", "en-GB"),
        ({"instruction": GOOD.instruction.replace("6 to 9", "6-9 / 10%")}, "not_for_speech",
         "en-GB"),
        ({"instruction": GOOD.instruction * 20}, "too_many_pages", "en-GB"),
        ({"instruction": GOOD.instruction.upper(), "description": GOOD.description.upper()},
         "capitals", "en-GB"),
        ({"language": "ro-RO", "headline": "Avertizare: DRONĂ, Galaţi"}, "cedilla", "ro-RO"),
        ({"headline": "Warning: DRONE 🚨"}, "not_sendable", "en-GB"),
        ({"language": "tr-TR"}, "language_unknown", "tr-TR"),
    ],
)  # fmt: skip
def test_each_rule_finds_what_it_is_for(changes, code, place) -> None:
    """Each finding says where it is and what to do."""
    (finding, *_) = [f for f in lint_text(changed(**changes)).findings if f.code == code]
    assert finding.place == place
    assert finding.what
    assert finding.remedy.endswith(".")


def test_the_order_of_the_contents_is_held() -> None:
    """Readers stop early: who and what come first."""
    first, last = GOOD.description.split(" Hazard")
    turned = changed(description=f"Hazard{last} {first}")
    assert codes(turned) == ["contents_order"]


def test_a_text_that_is_too_short_is_told_so() -> None:
    """Ninety characters were not enough anywhere."""
    short = changed(
        description="Source: X. DRONE, Galati county.", instruction="Stay in. Time: now."
    )
    assert "too_short" in codes(short)


@pytest.mark.parametrize("language", READINGS)
def test_prepare_must_not_call_to_shelter(language) -> None:
    """Nor may an all-clear; in any language."""
    (text,) = texts_of(facts(), (WORDS[language].tag,))
    assert codes(text, level="LAST_CALL").count("shelter_called") == 0
    assert "shelter_called" in codes(text, level="PREPARE")
    assert "shelter_called" in codes(text, purpose="all_clear")


def test_synthetic_data_must_be_marked_in_every_part() -> None:
    """A demonstration that leaks must not alarm anybody."""
    assert codes(GOOD, synthetic=True) == ["exercise_mark"] * 3


def test_the_letters_that_flip_are_named_with_what_it_costs() -> None:
    """Which, how many pages so, how many without."""
    (romanian,) = texts_of(facts(level="WARN"), ("ro-RO",))
    report = lint_text(romanian)
    (note,) = report.findings
    assert (note.code, note.severity) == ("alphabet", "note")
    assert {"ț", "ă", "ș"} <= {flip.letter for flip in report.flips}
    assert f"{report.pages} pages" in note.what
    assert f"GSM-7: {report.plain_pages} pages" in note.remedy
    assert 2 * report.plain_pages <= report.pages
    (ukrainian,) = texts_of(facts(), ("uk-UA",))
    (note,) = lint_text(ukrainian).findings
    assert "no variant without diacritics" in note.remedy


def test_a_text_without_diacritics_scores_the_same() -> None:
    """The variant that is offered must be as good."""
    for text in texts_of(facts(level="WARN"), ("ro-RO", "hu-HU")):
        bare = lint_text(text).plain_text
        report = lint_text(msgspec.structs.replace(text, description=bare, instruction=" "))
        assert report.contents == CONTENTS


def test_two_languages_with_the_same_words_are_an_error() -> None:
    """A template that was copied and forgotten."""
    draft = Draft(
        id="x",
        zone_id="galati",
        level="WARN",
        t_drafted_ns=0,
        t_expires_ns=1,
        texts=(GOOD, changed(language="hu-HU")),
        rings_lonlat_deg=(),
        population=1,
        reasons=(),
        replaces="",
        synthetic=False,
    )
    english, hungarian = lint_draft(draft)
    assert english.sound
    assert hungarian.findings[0].code == "same_text"
    assert not hungarian.sound


@given(st.builds(AlertText, language=st.sampled_from([*TAGS, "tr-TR", ""]), headline=st.text(),
                 description=st.text(), instruction=st.text(), area=st.text()))  # fmt: skip
def test_any_text_gets_a_report(text: AlertText) -> None:
    """Whatever a partner sends, the linter answers."""
    report = lint_text(text)
    assert report.pages >= 1
    assert len(report.contents) <= 5
