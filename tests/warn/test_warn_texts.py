"""The words: five contents in order, the hazard named, correct letters, no false shelter call."""

import re
from itertools import product

import pytest

from tocsin.warn.policy import LANGUAGES, LEVELS
from tocsin.warn.texts import Facts, texts_of
from tocsin.warn.words.table import WORDS

TAGS = tuple(words.tag for words in WORDS.values())
MARKS = {
    "ro": ("Sursa:", "Pericol:", "Loc:", "Ce faceți:", "Timp:"),
    "en": ("Source:", "Hazard:", "Location:", "What to do:", "Time:"),
    "uk": ("Джерело:", "Небезпека:", "Місце:", "Що робити:", "Час:"),
    "hu": ("Forrás:", "Veszély:", "Hely:", "Teendő:", "Idő:"),
}
HAZARD = {"ro": "DRON", "en": "DRONE", "uk": "ДРОН", "hu": "DRÓN"}
EXERCISE = {"ro": "EXERCIȚIU", "en": "EXERCISE", "uk": "НАВЧАННЯ", "hu": "GYAKORLAT"}
SHELTER = re.compile(
    r"ad[ăa]post|intra[țt]i|culca[țt]i|shelter|indoors|lie down|укритт|зайдіть|ляжте|óvóhely|"
    r"épületbe|feküdj",
    re.IGNORECASE,
)
ZONE = {
    "ro": "județul Galați",
    "en": "Galați county",
    "uk": "повіт Галац",
    "hu": "Galac megye",
}


def facts(level="WARN", tracks=1, span=(6, 9), synthetic=False, **changes) -> Facts:
    told = {
        "level": level,
        "source": {"ro": "ISU Galați", "en": "Galați Inspectorate", "uk": "ІНС", "hu": "KVF"},
        "zone": ZONE,
        "place": {"local": "Grindu", "en": "Grindu"},
        "tracks": tracks,
        "span_min": span,
        "valid_min": 30,
        "synthetic": synthetic,
    }
    return Facts(**(told | changes))


def whole(text) -> str:
    return f"{text.headline} {text.description} {text.instruction}"


ALL = [
    (made, text)
    for level, tracks, span, synthetic, update, purpose in product(
        LEVELS, (1, 3, 43), ((6, 9), None), (True, False), (True, False), ("warning", "all_clear")
    )
    for made in [facts(level, tracks, span, synthetic, update=update, purpose=purpose)]
    for text in texts_of(made, TAGS)
]


def test_every_message_has_the_five_contents_in_order() -> None:
    """Fewer than one public alert in ten tells source, hazard, location, guidance and time."""
    for _, text in ALL:
        language = text.language[:2]
        body = f"{text.description} {text.instruction}"
        at = [body.index(mark) for mark in MARKS[language]]
        assert at == sorted(at)
        assert HAZARD[language] in text.headline
        assert HAZARD[language] in text.description
        assert text.area in text.headline
        assert text.area in text.description
        assert not {"{", "}"} & set(whole(text))
        assert "  " not in whole(text)


def test_prepare_never_tells_the_public_to_take_shelter() -> None:
    """Half of all PREPAREs come to nothing; they are for those on duty."""
    for made, text in ALL:
        if made.purpose == "warning":
            told = SHELTER.search(whole(text)) is not None
            assert told == (made.level != "PREPARE"), text


def test_the_headline_says_what_to_do_and_the_instruction_says_it_again() -> None:
    """Many read only the first line; and only what is said again may be left out on a phone."""
    for made, text in ALL:
        if made.purpose == "warning" and made.level != "PREPARE":
            assert text.headline.rsplit(". ", maxsplit=1)[1] in text.instruction


def test_an_exercise_says_so_in_every_part() -> None:
    """A part that is copied alone must not become an alarm, nor a real one an exercise."""
    for made, text in ALL:
        for part in (text.headline, text.description, text.instruction):
            assert part.startswith(EXERCISE[text.language[:2]]) == made.synthetic


def test_every_message_warns_of_debris_and_names_112() -> None:
    """The danger on the ground begins when that in the air ends."""
    debris = re.compile(r"debris|resturi|уламк|törmelék")
    for made, text in ALL:
        if (made.purpose, made.level) != ("warning", "PREPARE"):
            assert debris.search(text.instruction), text
            assert "112" in text.instruction


def test_an_all_clear_says_what_is_known_and_sends_nobody_to_shelter() -> None:
    """Seen to leave, explained, or ended by a person: never `the danger is over`."""
    seen = facts(purpose="all_clear", tracks_left=2, tracks_explained=1)
    (english,) = texts_of(seen, ("en-GB",))
    assert "2 drones were seen to leave the area; 1 case was explained" in english.description
    (overridden,) = texts_of(facts(purpose="all_clear"), ("en-GB",))
    assert "the person in charge has ended the warning" in overridden.description
    for text in (english, overridden):
        assert "TAKE SHELTER" not in whole(text)
        assert "GO INDOORS" not in whole(text)
        assert "DO NOT TOUCH debris" in text.instruction
        assert re.search(r"danger (is|has) (over|passed)|safe", whole(text)) is None


def test_an_update_says_so_first() -> None:
    """Who has read the first message must see that this is not a second drone."""
    for made, text in ALL:
        told = re.search("Actualizare|Update|Оновлення|Frissítés", text.headline) is not None
        assert told == (made.update and made.purpose == "warning")


@pytest.mark.parametrize(
    ("tracks", "tag", "words"),
    [
        (1, "ro-RO", "Pericol: posibilă DRONĂ;"),
        (3, "ro-RO", "Pericol: 3 posibile DRONE;"),
        (43, "ro-RO", "Pericol: 43 de posibile DRONE;"),
        (43, "en-GB", "Hazard: 43 possible DRONES;"),
        (1, "uk-UA", "Небезпека: можливий ДРОН;"),
        (3, "uk-UA", "Небезпека: 3 можливі ДРОНИ;"),
        (12, "uk-UA", "Небезпека: 12 можливих ДРОНІВ;"),
        (21, "uk-UA", "Небезпека: 21 можливий ДРОН;"),
        (43, "hu-HU", "Veszély: 43 lehetséges DRÓN;"),
    ],
)
def test_drones_are_counted_as_the_language_counts(tracks, tag, words) -> None:
    """A message with wrong grammar is taken for a fraud."""
    (text,) = texts_of(facts(tracks=tracks), (tag,))
    assert words in text.description


def test_capitals_are_for_the_mark_the_hazard_and_the_action() -> None:
    """All capitals are slower to read, and shout about everything."""
    allowed = {
        "ro": "EXERCIȚIU DRONĂ DRONE INTRAȚI ÎNTR O CLĂDIRE ADĂPOSTIȚI VĂ ACUM CULCAȚI NU ATINGEȚI",
        "en": "EXERCISE DRONE DRONES GO INDOORS TAKE SHELTER NOW LIE DOWN DO NOT TOUCH",
        "uk": "НАВЧАННЯ ДРОН ДРОНИ ДРОНІВ ЗАЙДІТЬ У БУДІВЛЮ НЕГАЙНО ПРЯМУЙТЕ В УКРИТТЯ ЛЯЖТЕ НЕ "
        "ТОРКАЙТЕСЯ",
        "hu": "GYAKORLAT DRÓN MENJEN ÉPÜLETBE AZONNAL VONULJON ÓVÓHELYRE FEKÜDJÖN NE ÉRINTSEN MEG",
    }
    for made, text in ALL:
        named = " ".join([*made.source.values(), *made.zone.values()])
        words = set(re.findall(r"\b[^\W\d_]{2,}\b", whole(text).replace(made.source["ro"], "")))
        shouted = {word for word in words if word.isupper()} - set(re.findall(r"\w+", named))
        assert shouted <= set(allowed[text.language[:2]].split()), shouted


def test_the_place_is_left_out_where_the_zone_says_it() -> None:
    """`Galați area, above all near Galați` tells nobody anything; in a county it does."""
    (near,) = texts_of(facts(), ("en-GB",))
    assert "Location: Galati county, above all near Grindu." in near.description
    area = {"ro": "zona Galați", "en": "Galati area", "uk": "Галац та околиці"}
    town = {"local": "Galați", "en": "Galati"}
    for text in texts_of(facts(zone=area, place=town), TAGS):
        assert "Galați" not in text.description.replace("zona Galați", "").replace("ISU Galați", "")
    for zone, place in ((area, {}), (area, town), (ZONE, {})):
        (same,) = texts_of(facts(zone=zone, place=place), ("en-GB",))
        assert "above all" not in same.description
    (county,) = texts_of(facts(place=town), ("en-GB",))
    assert "Location: Galati county, above all near Galati." in county.description


def test_the_texts_can_be_spoken() -> None:
    """A dash, a slash or a per cent sign is read out wrongly or not at all."""
    for _, text in ALL:
        assert not set("–—/%&<>*#…•\n") & set(whole(text))


def test_no_window_stays_unknown() -> None:
    """Unknown is said, not guessed."""
    (english,) = texts_of(facts(span=None), ("en-GB",))
    assert "Time: the moment of passage cannot be told." in english.instruction


def test_romanian_letters_have_commas_below() -> None:
    """Cedillas (U+015F, U+0163) are another language's letters and a phone may not show them."""
    words = repr(WORDS["ro"])
    assert not set(words) & set("şţŞŢ")
    assert set(words) >= set("șțăîâ")


def test_each_language_keeps_to_its_letters() -> None:
    """A Latin `i` in a Ukrainian word looks right and is spoken wrongly."""
    alphabets = {"uk": r"[А-ЯҐЄІЇа-яґєії’ʼ]+", "hu": r"[A-ZÁÉÍÓÖŐÚÜŰa-záéíóöőúüű]+"}
    for language, letters in alphabets.items():
        for words in re.findall(r"[^\W\d_]+", repr(_told(WORDS[language]))):
            assert re.fullmatch(letters, words), words


def _told(words) -> list[str]:
    """Return the public phrases without their placeholders."""
    clear = words.all_clear
    told = [words.exercise, words.update, words.drone, words.source, words.hazard, words.within,
            words.between, words.location_place, words.arrival, words.arrival_unknown,
            words.valid, clear.headline, clear.hazard, clear.known, clear.decided,
            clear.time]  # fmt: skip
    for group in (words.headline, words.guidance, clear.guidance, clear.left, clear.explained,
                  words.drones, words.minutes, words.minutes_within):  # fmt: skip
        told.extend(group.values())
    return [re.sub(r"\{\w+\}", "", phrase) for phrase in told]


def test_the_words_accuse_nobody() -> None:
    """Templates name the hazard, never a side, a target or a purpose."""
    accusing = re.compile(
        r"ostil|inamic|atac|rus[ei]|ucrain|terror|hostile|enemy|attack|russia|"
        r"ворог|ворож|атак|росі|терор|ellens|támad|orosz|ukrán|terror",
        re.IGNORECASE,
    )
    for words in WORDS.values():
        assert not accusing.findall(repr(words))


def test_every_language_is_complete() -> None:
    """A language without a template would show at the worst moment."""
    assert set(LANGUAGES) == set(WORDS) == set(MARKS)
    for language, words in WORDS.items():
        assert words.tag.startswith(language)
        assert set(words.headline) == set(words.guidance) == set(LEVELS)
        assert set(words.all_clear.guidance) == set(LEVELS)
        forms = {words.plural(count) for count in range(200)}
        for phrases in (words.minutes, words.minutes_within, words.drones, words.all_clear.left,
                        words.all_clear.explained):  # fmt: skip
            assert set(phrases) == forms
