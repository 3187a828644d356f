"""What the stage lets out, linted: every draft of a whole night, in four languages."""

import shapely

from tocsin.geo.outline import area_of
from tocsin.warn.policy import Policy
from tocsin.wire.cell_broadcast.lint import lint_draft
from tocsin.wire.cell_broadcast.pages import encode
from tocsin.wire.cell_broadcast.reading import CONTENTS
from tocsin.wire.cell_broadcast.text import sendable_text

LANGUAGES = ("ro-RO", "en-GB", "uk-UA", "hu-HU")
CALM = (0.0, 0.0, 0.0)


def a_night(watching, ground, assessment_of):
    """Prepare, warn, last call, an update, and an all-clear; all approved."""
    watch = watching(ground, Policy(approvers=("Ana",), languages=LANGUAGES))
    for probs in ((0.0, 0.1, 0.3), (0.1, 0.6, 0.7), (0.6, 0.7, 0.8)):
        watch.look(*(assessment_of(track_id=n, probs=probs) for n in range(43)), times=30)
        watch.say("approve", watch.drafts[-1].id)
    watch.look(assessment_of(probs=(0.6, 0.7, 0.8), window_min=(1.0, 2.0)), times=80)
    watch.say("approve", watch.drafts[-1].id)
    watch.look(*(assessment_of(track_id=n, probs=CALM) for n in range(43)), times=300)
    return watch


def test_every_draft_of_a_night_is_sound(watching, ground, assessment_of) -> None:
    """Five of five contents and at most 15 pages, whatever was drafted."""
    watch = a_night(watching, ground, assessment_of)
    kinds = {(draft.purpose, draft.level) for draft in watch.drafts}
    assert {("warning", "PREPARE"), ("warning", "WARN"), ("warning", "LAST_CALL")} < kinds
    assert any(purpose == "all_clear" for purpose, _ in kinds)
    assert any("Update" in draft.texts[1].headline for draft in watch.drafts)
    for draft in watch.drafts:
        for report, text in zip(lint_draft(draft), draft.texts, strict=True):
            assert report.contents == CONTENTS
            assert report.sound
            assert report.pages <= 15
            assert {finding.code for finding in report.findings} <= {"alphabet"}
            assert len(encode(sendable_text(text)).pages) == report.pages
            assert (report.alphabet == "GSM-7") == (report.language == "en-GB")


def test_every_place_of_the_zone_is_inside_what_is_drawn(watching, ground, assessment_of) -> None:
    """Whoever is threatened gets the message."""
    for draft in a_night(watching, ground, assessment_of).drafts:
        drawn = area_of(draft.rings_lonlat_deg)
        assert len(draft.rings_lonlat_deg[0]) - 1 <= Policy().max_vertices
        for place in ground.places.values():
            if place.zone == draft.zone_id:
                assert drawn.covers(shapely.Point(place.lon_deg, place.lat_deg))
