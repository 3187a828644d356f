"""The languages that there are, by their short name."""

from tocsin.warn.words.en import ENGLISH
from tocsin.warn.words.hu import HUNGARIAN
from tocsin.warn.words.language import Language
from tocsin.warn.words.ro import ROMANIAN
from tocsin.warn.words.uk import UKRAINIAN

WORDS: dict[str, Language] = {
    "ro": ROMANIAN,
    "en": ENGLISH,
    "uk": UKRAINIAN,
    "hu": HUNGARIAN,
}
