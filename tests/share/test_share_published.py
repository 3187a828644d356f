"""What was let out, as files: sound, whole, in the feed while it holds, and never the duty's."""

import sys
from pathlib import Path

import msgspec
import pytest

sys.path.append(str(Path(__file__).parents[1] / "wire" / "cap"))

from cap_samples import EARLIER, NAMES, S_NS, SENDER, T0_NS, draft_of, sent_of

from tocsin.model.alert import Sent
from tocsin.model.errors import BadInput, BadStorage
from tocsin.share import whole
from tocsin.share.feed import kept_file
from tocsin.share.handing_in import hand_in
from tocsin.share.outbox import Outbox
from tocsin.share.partner import Partner
from tocsin.share.published import Publisher, Signer, broadcast_file
from tocsin.wire.cap.atom import read_feed
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.keys import exercise_identity, load_certificates, load_key


def publisher(folder: Path, **more) -> Publisher:
    return Publisher(folder, SENDER, NAMES, **more)


def let_out(to: Publisher, sent: Sent) -> tuple[Path, ...]:
    return to.write(sent, to.issue(sent))


def states(folder: Path) -> dict[str, str]:
    """Return the feed's entries: file name to state."""
    entries = read_feed((folder / "sent" / "feed.atom").read_bytes()).entries
    return {entry.link.rsplit("/", 1)[-1]: entry.state for entry in entries}


def test_an_alert_becomes_a_message_a_text_for_each_language_and_a_feed(tmp_path: Path) -> None:
    """All that a partner or a broadcast centre takes over, and nothing besides."""
    sent = sent_of(draft_of())
    paths = let_out(publisher(tmp_path), sent)
    names = sorted(path.name for path in paths)
    texts = [f"{sent.id}.{language}.txt" for language in ("en-GB", "hu-HU", "ro-RO", "uk-UA")]
    assert names == sorted(["feed.atom", f"{sent.id}.xml", *texts])
    assert sorted((tmp_path / "sent").iterdir()) == sorted(paths)
    assert parse((tmp_path / "sent" / f"{sent.id}.xml").read_bytes()).identifier == sent.id
    assert states(tmp_path) == {f"{sent.id}.xml": "current"}


def test_every_link_of_the_feed_leads_to_a_file_that_is_served(tmp_path: Path) -> None:
    """A reader that gets a 404 for a warning has been told nothing."""
    to = publisher(tmp_path)
    let_out(to, sent_of(draft_of()))
    let_out(to, msgspec.structs.replace(sent_of(draft_of("LAST_CALL")), t_sent_ns=T0_NS + S_NS))
    for name in states(tmp_path):
        assert kept_file(tmp_path / "sent", name) is not None


@pytest.mark.parametrize("purpose", ["warning", "all_clear"])
def test_prepare_is_in_no_public_folder_text_or_feed(tmp_path: Path, purpose: str) -> None:
    """It is for duty services; published, it would be a warning without advice."""
    sent = sent_of(draft_of("PREPARE", purpose), EARLIER)
    paths = let_out(publisher(tmp_path), sent)
    assert {path.parent.name for path in paths} == {"duty"}
    assert {path.suffix for path in paths} == {".xml"}
    assert not (tmp_path / "sent").exists()


def test_an_all_clear_ends_the_alert_for_people_and_for_machines(tmp_path: Path) -> None:
    """The feed shows the ended alert as ended until its own expiry."""
    to, first = publisher(tmp_path), sent_of(draft_of())
    let_out(to, first)
    later_ns = T0_NS + 600 * S_NS
    clear = msgspec.structs.replace(
        sent_of(draft_of("WARN", "all_clear"), ((first.id, T0_NS),)), t_sent_ns=later_ns
    )
    let_out(to, clear)
    told = states(tmp_path)
    assert told[f"{first.id}.xml"] in {"replaced", "cancelled"}
    assert told[f"{clear.id}.xml"] == "current"
    assert (tmp_path / "sent" / f"{clear.id}-cancel.xml").is_file()


def test_what_lapsed_leaves_the_feed_when_it_is_written_anew(tmp_path: Path) -> None:
    """A feed that still shows last night's alert sends people to the cellar today."""
    to, sent = publisher(tmp_path), sent_of(draft_of())
    let_out(to, sent)
    to.refresh(sent.draft.t_expires_ns + S_NS)
    assert states(tmp_path) == {}
    assert (tmp_path / "sent" / f"{sent.id}.xml").is_file()


def test_there_is_a_feed_before_the_first_alert(tmp_path: Path) -> None:
    """An empty feed says that all is quiet; a missing one that the service is down."""
    publisher(tmp_path).refresh(T0_NS)
    assert states(tmp_path) == {}


def test_a_service_that_starts_again_keeps_what_is_in_force(tmp_path: Path) -> None:
    """kill -9 between two alerts must not take the first out of the feed."""
    first = sent_of(draft_of())
    let_out(publisher(tmp_path), first)
    second = msgspec.structs.replace(sent_of(draft_of("LAST_CALL")), t_sent_ns=T0_NS + S_NS)
    let_out(publisher(tmp_path), second)
    assert set(states(tmp_path)) == {f"{first.id}.xml", f"{second.id}.xml"}


def test_a_signed_alert_is_the_same_every_time_and_on_record_unsigned(tmp_path: Path) -> None:
    """A replay with the key gives the same files, one without it the same journal."""
    key, certificate = exercise_identity(SENDER, T0_NS - S_NS)
    signer = Signer(load_key(key), load_certificates(certificate)[0])
    sent = sent_of(draft_of())
    files = []
    for name in "ab":
        to = publisher(tmp_path / name, signer=signer)
        issued = to.issue(sent)
        to.write(sent, issued)
        files.append((tmp_path / name / "sent" / f"{sent.id}.xml").read_bytes())
        assert b"Signature" not in issued[0].xml
    assert files[0] == files[1]
    assert b"SignatureValue" in files[0]


def test_nothing_is_signed_after_the_certificate_has_ended(tmp_path: Path) -> None:
    """No receiver would take it; better that the officer hears it at once."""
    sent = sent_of(draft_of())
    key, certificate = exercise_identity(SENDER, sent.t_sent_ns - 3 * 86_400 * S_NS, days=2)
    signer = Signer(load_key(key), load_certificates(certificate)[0])
    with pytest.raises(BadInput, match="no receiver would take"):
        publisher(tmp_path, signer=signer).issue(sent)


def test_a_public_alert_names_no_prepare_that_its_readers_never_saw(tmp_path: Path) -> None:
    to = publisher(tmp_path)
    first = sent_of(draft_of("PREPARE"))
    let_out(to, first)
    update = sent_of(draft_of("WARN"))
    update = msgspec.structs.replace(update, replaces=((first.id, first.t_sent_ns),))
    ((alert, _),) = to.issue(update)
    assert (alert.msg_type, alert.references) == ("Alert", "")


def test_a_message_that_is_not_sound_leaves_no_file(tmp_path: Path) -> None:
    """Nothing is better than a warning that every reader refuses."""
    bow_tie = ((28.0, 45.4), (28.1, 45.5), (28.1, 45.4), (28.0, 45.5))
    draft = msgspec.structs.replace(draft_of(), rings_lonlat_deg=(bow_tie,))
    with pytest.raises(BadInput, match="not sent"):
        let_out(publisher(tmp_path), sent_of(draft))
    assert not list(tmp_path.rglob("*"))


def test_a_full_disk_is_told_and_leaves_no_half_file(tmp_path: Path, monkeypatch) -> None:
    """The alert is in the journal; its file is whole or not there."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole.os, "fsync", full)
    with pytest.raises(BadStorage, match="the alert itself is in the journal"):
        let_out(publisher(tmp_path), sent_of(draft_of()))
    assert not list((tmp_path / "sent").iterdir())


def test_a_broadcast_text_says_its_pages_and_claims_no_phone() -> None:
    """Head, blank line, text: what is below the blank line is what is sent."""
    for text in draft_of().texts:
        head, _, words = broadcast_file(text).decode().partition("\n\n")
        assert f"Language: {text.language}" in head
        assert "of at most 15 pages" in head
        assert "That a phone showed it is not known here." in head
        assert words.strip()
    endless = msgspec.structs.replace(draft_of().texts[2], description="ДРОН " * 400)
    assert "NOT SENDABLE" in broadcast_file(endless).decode()


def test_partners_get_what_they_may_have_and_a_full_row_is_told(tmp_path: Path) -> None:
    """PREPARE goes to duty services alone; an all-clear comes with its Cancel, in order."""
    partners = [
        Partner(name="duty", url="https://a.example", secret_env="S", duty=True),
        Partner(name="press", url="https://b.example", secret_env="S"),
    ]
    to = publisher(tmp_path / "alerts")
    clear = sent_of(draft_of("WARN", "all_clear"), EARLIER)
    prepare = sent_of(draft_of("PREPARE"))
    with Outbox(tmp_path / "duty", waiting_max=3) as one, Outbox(tmp_path / "press") as two:
        rows = list(zip(partners, (one, two), strict=True))
        for sent in (clear, prepare):
            messages = {m.alert.identifier: m.xml for m in to.issue(sent)}
            assert hand_in(sent, messages, rows, t_ns=5) == ()
        more = {"another": b"<alert/>"}
        assert hand_in(sent_of(draft_of("LAST_CALL")), more, rows, t_ns=5) == ("duty",)
        keys = []
        while parcel := two.first():
            keys.append(parcel.key)
            two.close_first("taken", t_ns=6, attempts=1, why="HTTP 200")
        assert keys == [clear.id, f"{clear.id}-cancel", "another"]
        assert (one.account().waiting, one.account().turned_away) == (3, 1)
