"""A sent alert, made by hand, for the tests of this room."""

import pytest

from tocsin.model.alert import AlertText, Draft, Sent


@pytest.fixture
def sent() -> Sent:
    """Return an alert that a person let out; synthetic, and it says so."""
    texts = tuple(
        AlertText(language=language, headline="h", description="d", instruction="i", area="a")
        for language in ("ro-RO", "en-GB")
    )
    draft = Draft(
        id="galati-warn-1", zone_id="galati", level="WARN", t_drafted_ns=0,
        t_expires_ns=1800 * 10**9, texts=texts, rings_lonlat_deg=(), population=1, reasons=(),
        replaces="", synthetic=True,
    )  # fmt: skip
    return Sent(
        id="sent-1", draft=draft, t_sent_ns=60 * 10**9, by="A. Person",
        replaces=(("sent-0", 5 * 10**9),),
    )  # fmt: skip
