"""`tocsin cap`: plain words, one verdict, the right exit code."""

import subprocess
import sys
from pathlib import Path

import pytest
from cap_forgeries import alert_xml, forgeries, identity, world
from cap_samples import EARLIER, NAMES, SENDER, T0_NS, draft_of, emitted, sent_of
from cryptography.hazmat.primitives import serialization
from lxml import etree
from rich.console import Console
from test_cap_chains import BROKEN, CANCEL, FIRST, UPDATE

from tocsin.commands.cap import (
    explain_files,
    is_whole,
    print_chains,
    print_explained,
    read_trust,
)
from tocsin.model.errors import BadSettings, TocsinError
from tocsin.wire.cap.encode import encode
from tocsin.wire.cap.explain import explain, span
from tocsin.wire.cap.publish import alert_of_sent
from tocsin.wire.cap.signing import sign
from tocsin.wire.cap.tree import alert_tree

AT = "2026-05-28T20:30:00+00:00"
"""Three minutes and twenty seconds after the samples were sent."""


def said(files: list[Path], capsys, **options) -> tuple[str, list]:
    """Return what the command prints, as one line, and what it found."""
    given = {"trust": None, "at": AT, "strict": False} | options
    explained, found = explain_files(files, **given)
    console = Console(highlight=False, width=100)
    for one in explained:
        print_explained(one, console)
    if found is not None:
        print_chains(found, console)
    return " ".join(capsys.readouterr().out.split()), explained


@pytest.fixture
def put(tmp_path: Path):
    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_an_officer_reads_who_what_where_and_until_when(put, capsys) -> None:
    """Ten seconds: is it real, what is it, where, how long, what to do."""
    text, (one,) = said([put("a.xml", encode(emitted()["WARN-update"]))], capsys)
    assert one.sound
    for words in (
        "SOUND, but the sender is NOT proven (no errors, no warnings)",
        "kind: marked REAL, update of an earlier alert, for the public",
        "what: Dronă neidentificată (Safety); Unidentified drone (Safety)",
        "how bad: Immediate, Severe, Likely",
        "to do: take shelter",
        "who: ISU Galați / Galati Inspectorate / Інспекторат Галаца / Galați Felügyelőség",
        "where: Galați / Galati / Галац / Galac: 5 corners, about 65 km² around 45.45 N 28.05 E",
        "in force: from 2026-05-28 20:26:40 UTC to 2026-05-28 20:56:40 UTC (26 min left)",
        "languages: ro-RO, en-GB, uk-UA, hu-HU",
        "says (en-GB): DRONE towards Galati",
        "replaces: galati-1 of 2026-05-28 20:16:40 UTC",
        "signature: none: nothing proves who sent this",
    ):
        assert words in text


def test_an_exercise_and_a_draft_are_called_so(put, capsys) -> None:
    """Before anything else."""
    text, _ = said([put("a.xml", encode(emitted()["WARN-exercise"]))], capsys)
    assert "kind: EXERCISE, not real, first alert, for the public" in text
    text, _ = said([put("b.xml", encode(emitted()["PREPARE"]))], capsys)
    assert "not for the public" in text
    assert "for: For duty services" in text


def test_an_all_clear_reads_as_one(put, capsys) -> None:
    """And a lapsed alert does not."""
    clear = alert_of_sent(sent_of(draft_of("WARN", "all_clear"), EARLIER), SENDER, NAMES)
    text, _ = said([put("a.xml", encode(clear))], capsys)
    assert "to do: ALL CLEAR" in text
    late = {"at": "2026-05-29T20:30:00"}
    text, _ = said([put("b.xml", encode(emitted()["WARN"]))], capsys, **late)
    assert "(ended 23 hours ago; that is no all-clear)" in text


@pytest.fixture
def trusted(tmp_path: Path):
    """Return an identity and a folder that pins it for the sender."""
    ours = identity(SENDER)
    pem = ours.certificate.public_bytes(serialization.Encoding.PEM)
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / "ours.pem").write_bytes(pem)
    toml = f"[[sender]]\nid = {SENDER!r}\ncertificates = ['ours.pem']\n"
    (folder / "trust.toml").write_text(toml)
    return ours, folder


def test_a_pinned_signature_proves_the_sender(put, trusted, capsys) -> None:
    """And says by which certificate, and which form of the file matched."""
    ours, folder = trusted
    path = put("a.xml", sign(alert_xml(), *ours))
    for trust in (folder, folder / "trust.toml"):
        text, (one,) = said([path], capsys, trust=trust)
        assert one.sound
        assert "SOUND, sender proven" in text
        assert "its certificate is pinned for this sender; the file matches as it came" in text


def test_without_a_trust_store_a_signature_proves_nothing(put, trusted, capsys) -> None:
    """The file may be sound; who sent it is another question."""
    text, (one,) = said([put("a.xml", sign(alert_xml(), *trusted[0]))], capsys)
    assert one.sound
    assert "without a trust store (--trust) it proves nothing" in text


def test_with_a_trust_store_only_a_proven_sender_is_sound(put, trusted, capsys) -> None:
    """Unsigned and forged files are not, and the reason is told."""
    for xml, reason in ((alert_xml(), "unsigned"), (sign(alert_xml(), *identity("x")), "unknown")):
        text, (one,) = said([put("a.xml", xml)], capsys, trust=trusted[1])
        assert not one.sound
        assert f"NOT SOUND because of the signature: {reason}" in text


def test_findings_are_told_once_with_place_and_remedy(put, capsys) -> None:
    """Four languages without an end are one fault to the reader."""
    root = etree.fromstring(encode(emitted()["WARN"]))
    for node in root.findall(".//{*}expires"):
        node.getparent().remove(node)
    path = put("a.xml", etree.tostring(root))
    text, (one,) = said([path], capsys)
    assert one.sound
    words = "warning: no end. At alert/info[1], line 1 (and in 3 more places). Set expires."
    assert words in text
    text, (one,) = said([path], capsys, strict=True)
    assert not one.sound
    assert "NOT SOUND because of its contents" in text


def test_several_files_are_put_into_their_chains(put, capsys) -> None:
    """What holds now, what was replaced by what, and what is broken."""
    files = [put(f"{n}.xml", encode(one)) for n, one in enumerate((CANCEL, FIRST, UPDATE))]
    text, _ = said(files, capsys)
    assert "together replaced: a of 2026-05-28 19:56:40 UTC by b" in text
    assert "cancelled: b of 2026-05-28 20:06:40 UTC by c" in text
    forked = [put(f"f{n}.xml", encode(one)) for n, one in enumerate(BROKEN["fork"])]
    text, _ = said(forked, capsys)
    assert "broken: d: two updates replace the same alert" in text
    _, found = explain_files(forked, trust=None, at=AT, strict=False)
    assert not is_whole(found)


def test_a_missing_forerunner_is_told_and_no_fault(put, capsys) -> None:
    """Nobody keeps every file."""
    files = [put("a.xml", encode(UPDATE)), put("b.xml", encode(emitted()["WARN"]))]
    text, _ = said(files, capsys)
    assert "it refers to an alert that is not there (a) [missing]" in text
    assert is_whole(explain_files(files, trust=None, at=AT, strict=False)[1])


def test_a_feed_is_called_a_feed(shared_data, capsys) -> None:
    """Whoever saves the wrong link must learn it."""
    text, (one,) = said([shared_data / "cap" / "ibm" / "nws_atom_feed_example.xml"], capsys)
    assert not one.sound
    assert "a feed of 163 alerts, not an alert itself" in text


def test_no_forgery_breaks_the_explanation(put, trusted, capsys) -> None:
    """Each gets its line; none is sound."""
    for n, forgery in enumerate(list(forgeries(world()))[::10]):
        path = put(f"{n}.xml", forgery.xml)
        text, (one,) = said([path], capsys, trust=trusted[1])
        assert not one.sound
        assert "NOT SOUND" in text


def test_nothing_in_a_file_moves_the_terminal(put, capsys) -> None:
    """Markup of the console and control signs of others are shown, not obeyed."""
    xml = encode(emitted()["WARN"]).replace("DRONĂ spre".encode(), "[red]\u202e\x9b2J".encode())
    explained, _ = explain_files([put("a.xml", xml)], trust=None, at=AT, strict=False)
    print_explained(explained[0], Console(width=100))
    out = capsys.readouterr().out
    assert "[red]" in out
    assert "\u202e" not in out
    assert "\x9b" not in out


@pytest.mark.parametrize(
    ("options", "says"),
    [({"at": "soon"}, "'soon' is no time"), ({"trust": Path("/nowhere")}, "no trust store here")],
)
def test_wrong_options_are_one_clear_line(options, says, put) -> None:
    """What, where, remedy."""
    given = {"trust": None, "at": AT, "strict": False} | options
    with pytest.raises(BadSettings, match=says):
        explain_files([put("a.xml", alert_xml())], **given)


def test_a_folder_is_no_file(tmp_path) -> None:
    """The remedy tells how to name what is in it."""
    with pytest.raises(TocsinError, match=r"FOLDER/\*.xml"):
        explain_files([tmp_path], trust=None, at="", strict=False)


def test_an_empty_file_is_not_said_to_have_a_wrong_signature(put, trusted, capsys) -> None:
    """What cannot be read has no signature to be wrong."""
    text, (one,) = said([put("a.xml", b"")], capsys, trust=trusted[1])
    assert not one.sound
    assert "NOT SOUND because of its contents: it cannot be read (1 error" in text
    assert "signature" not in text


def test_an_entity_bomb_is_called_one(put, capsys) -> None:
    """Asking for such a file again would be the wrong advice."""
    levels = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10))
    head = f"<!DOCTYPE alert [<!ENTITY e0 'lol'>{levels}]>"
    text, _ = said([put("a.xml", f"{head}<alert a='&e9;'/>".encode())], capsys)
    assert "built to exhaust whoever reads it" in text
    assert "Do not open it" in text
    assert "xmlCtxt" not in text
    text, _ = said([put("b.xml", b"<!DOCTYPE alert><alert/>")], capsys)
    assert text.count("a document type declaration") == 1


def test_a_trust_store_may_be_empty(tmp_path) -> None:
    """Then nobody is believed."""
    (tmp_path / "trust.toml").write_text("")
    assert read_trust(tmp_path).senders == {}


@pytest.mark.parametrize(
    ("name", "code"), [("sound", 0), ("unsound", 1), ("binary", 1), ("absent", 2)]
)
def test_the_exit_code_says_it_to_scripts(name, code, put, tmp_path) -> None:
    """0 sound, 1 not, 2 no file that can be read."""
    put("sound.xml", alert_xml())
    put("unsound.xml", alert_xml().replace(b"<status>Actual", b"<status>Perhaps"))
    put("binary.xml", b"\x00\x01")
    done = subprocess.run(
        [sys.executable, "-c", "from tocsin.cli import main; main()", "cap", f"{name}.xml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert (len(done.stderr.splitlines()) == 1) == (code == 2)


def test_spans_are_said_in_their_largest_unit() -> None:
    """Nobody reads 777600 seconds."""
    seconds = (59, 119, 120, 7200, 200_000)
    assert [span(n * 10**9) for n in seconds] == ["59 s", "119 s", "2 min", "2 hours", "2 days"]


def line_of(label: str, *changes: tuple[str, str], at_ns: int = T0_NS) -> str:
    """Return the explanation of a sample with some texts changed."""
    text = encode(emitted()["WARN-update"]).decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return " | ".join(
        one for name, one in explain(alert_tree(text.encode()), at_ns) if name == label
    )


POLYGON = "45.4,28 45.4,28.1 45.5,28.1 45.45,28.05 45.5,28 45.4,28"
MANY = "".join(
    f"</area><area><areaDesc>{n}</areaDesc><circle>45,28 {n}</circle>" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((POLYGON, "45.4,28 45.5,28"), "an outline of 2 points only"),
        ((POLYGON, "here and there"), "an outline that cannot be read"),
        ((POLYGON, "1,1 1,2 1,3 1,1"), "3 corners, about 0 km² around 1.00 N 2.00 E"),
        ((POLYGON, "-1,-1 -1,-2 -2,-2 -1,-1"), "km² around 1.50 S 1.50 W"),
        (("</polygon>", "</polygon><circle>far</circle>"), "a circle that cannot be read"),
        (("</polygon>", "</polygon><circle>45.4,28 5</circle>"), "5 km around 45.40 N 28.00 E"),
        (("</area></info>", MANY + "</area></info>"), "and 4 more areas"),
    ],
)
def test_places_are_told_as_far_as_they_can_be_read(change, says) -> None:
    """A village must not read like a county, nor nonsense like a place."""
    assert says in line_of("where", change).replace("\xa0", " ")


def test_what_begins_later_and_what_replaces_many() -> None:
    """Minutes until it begins; more forerunners than anybody reads."""
    assert "(begins in 10 min)" in line_of("in force", at_ns=T0_NS - 600 * 10**9)
    many = " ".join(f"a,{n},2026-05-28T20:00:00-00:00" for n in range(9))
    references = encode(emitted()["WARN-update"]).decode()
    old = references.partition("<references>")[2].partition("</references>")[0]
    assert "and 4 more" in line_of("replaces", (old, many))
    assert "'garbage'" in line_of("replaces", (old, "garbage"))


def test_an_alert_without_anything_is_explained_all_the_same() -> None:
    """The officer is told what is missing, not nothing."""
    root = alert_tree(b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>')
    lines = dict(explain(root, 0))
    assert lines["kind"] == "unknown (missing), unknown (missing), unknown (missing)"
    assert lines["who"] == "sender ?, message ?"
