"""The words that the policy really sends, in every language, pass the strict check."""

from itertools import product

import msgspec
import pytest
from cap_samples import EARLIER, NAMES, SENDER, draft_of, sent_of

from tocsin.warn.texts import Facts, texts_of
from tocsin.wire.cap.check import check
from tocsin.wire.cap.publish import alert_of_sent

LANGUAGES = ("ro-RO", "en-GB", "uk-UA", "hu-HU")
ZONE = {"ro": "județul Galați", "en": "Galați County", "uk": "повіт Галац", "hu": "Galac megye"}


def facts(level, purpose, tracks, *, synthetic: bool) -> Facts:
    return Facts(
        level=level,
        purpose=purpose,
        source=NAMES,
        zone=ZONE,
        place={"local": "Galați", "en": "Galați"},
        tracks=tracks,
        span_min=None,
        valid_min=30,
        synthetic=synthetic,
        tracks_left=tracks,
    )


@pytest.mark.parametrize("level", ["PREPARE", "WARN", "LAST_CALL"])
@pytest.mark.parametrize("purpose", ["warning", "all_clear"])
def test_real_templates_are_sound(level, purpose) -> None:
    """Templates change; a new one that the check refuses would stop every warning."""
    for tracks, synthetic in product((1, 3, 43), (False, True)):
        texts = texts_of(facts(level, purpose, tracks, synthetic=synthetic), LANGUAGES)
        draft = msgspec.structs.replace(draft_of(level, purpose, synthetic=synthetic), texts=texts)
        alert = alert_of_sent(sent_of(draft, EARLIER), SENDER, NAMES)
        assert check(alert, strict=True) == ()
