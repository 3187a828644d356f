"""The outbox: nothing that was accepted is lost, also not to kill -9."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parcels import XML, parcel

from tocsin.model.alert import Sent
from tocsin.model.errors import BadInput, BadStorage
from tocsin.share import whole
from tocsin.share.ledger import Ledger, Line
from tocsin.share.outbox import Outbox
from tocsin.share.parcel import Parcel, body_of, parcel_of


def drained(outbox: Outbox, outcome="taken") -> list[str]:
    keys = []
    while one := outbox.first():
        keys.append(one.key)
        outbox.close_first(outcome, t_ns=1, attempts=1, why="HTTP 200")
    return keys


def test_parcels_leave_in_the_order_they_came_also_after_a_restart(tmp_path: Path) -> None:
    """An update that overtakes its alert refers to nothing."""
    keys = [f"k{n}" for n in range(12)]
    with Outbox(tmp_path) as outbox:
        assert all(outbox.accept(parcel(key)) for key in keys[:11])
        outbox.close_first("taken", t_ns=1, attempts=1, why="HTTP 200")
    with Outbox(tmp_path) as outbox:
        assert outbox.accept(parcel(keys[11]))
        assert drained(outbox) == keys[1:]
        assert outbox.account().taken == 12
    assert not list(tmp_path.glob("*.json"))


def test_a_full_row_turns_away_and_says_so(tmp_path: Path) -> None:
    """Bounded, and what does not fit is counted; what was accepted is not pushed out for it."""
    with Outbox(tmp_path, waiting_max=2) as outbox:
        told = [outbox.accept(parcel(key)) for key in ("a", "b", "c", "a")]
        assert told == [True, True, False, True]
        account = outbox.account()
        assert (account.waiting, account.turned_away) == (2, 1)
        assert drained(outbox) == ["a", "b"]
        assert outbox.accept(parcel("c"))


def test_an_alert_is_taken_in_once_also_when_it_was_handed_over_before(tmp_path: Path) -> None:
    """A service that starts again offers its last alerts again; people must not be woken twice."""
    with Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
        drained(outbox)
    with Outbox(tmp_path) as outbox:
        assert outbox.accept(parcel("a"))
        assert outbox.first() is None


@pytest.mark.parametrize("outcome", ["refused", "given up"])
def test_what_was_not_taken_is_counted_and_kept_for_people(tmp_path: Path, outcome) -> None:
    """A parcel that a partner will not have is a finding, not rubbish."""
    with Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
        drained(outbox, outcome)
        account = outbox.account()
    assert (account.refused + account.given_up, account.taken) == (1, 0)
    (kept,) = (tmp_path / "set-aside").glob("*.json")
    assert msgspec.json.decode(kept.read_bytes(), type=Parcel) == parcel("a")


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    """Two senders would send twice and count wrongly."""
    with Outbox(tmp_path), pytest.raises(BadStorage, match="another process"):
        Outbox(tmp_path)


def test_a_full_disk_accepts_nothing_and_says_so(tmp_path: Path, monkeypatch) -> None:
    """`accept` must not return before the disk has it."""
    with Outbox(tmp_path) as outbox:
        with monkeypatch.context() as patched:
            patched.setattr(whole.os, "fsync", _full)
            with pytest.raises(BadStorage, match="Free space"):
                outbox.accept(parcel("a"))
        assert outbox.first() is None
        assert outbox.accept(parcel("a"))
    assert not list(tmp_path.glob(".*.tmp"))


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_crash_between_the_line_and_the_file_hands_over_once(tmp_path: Path) -> None:
    """The line in the ledger is what counts; the file is put away at the next start."""
    with Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
        outbox.accept(parcel("b"))
    line = Line(seq=0, key="a", outcome="taken", t_ns=1, attempts=1, why="HTTP 200")
    Ledger(tmp_path / "ledger.jsonl").add(line)
    with Outbox(tmp_path) as outbox:
        assert drained(outbox) == ["b"]
        assert outbox.account().taken == 2


@settings(deadline=None, max_examples=30)
@given(cut=st.integers(1, 200))
def test_a_torn_line_of_the_ledger_harms_no_other(tmp_path_factory, cut: int) -> None:
    """A crash in the middle of writing must cost at most the line that was being written."""
    path: Path = tmp_path_factory.mktemp("torn") / "ledger.jsonl"
    lines = [
        Line(seq=n, key=f"k{n}", outcome="taken", t_ns=n, attempts=1, why="ț") for n in range(3)
    ]
    ledger = Ledger(path)
    for line in lines[:2]:
        ledger.add(line)
    whole_size = len(path.read_bytes().split(b"\n")[0]) + 1
    data = path.read_bytes()
    path.write_bytes(data[: max(whole_size, len(data) - cut)])
    torn = Ledger(path)
    assert torn.lines[0] == lines[0]
    torn.add(lines[2])
    again = Ledger(path)
    assert again.lines[0] == lines[0]
    assert again.lines[2] == lines[2]


def test_a_parcel_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """To pass it over silently would lose an alert."""
    with Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
    (tmp_path / "000000000000.json").write_bytes(b"{")
    with pytest.raises(BadStorage, match="cannot be read"):
        Outbox(tmp_path)


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from parcels import parcel
from tocsin.share.outbox import Outbox
outbox = Outbox(Path(sys.argv[1]))
for number in range(10_000):
    outbox.accept(parcel(f"k{number}"))
    print(f"k{number}", flush=True)
"""


def test_nothing_accepted_is_lost_to_kill_9(tmp_path: Path) -> None:
    """The power goes in the middle of a raid: what was said to be accepted is there."""
    for restart in range(3):
        folder = tmp_path / str(restart)
        arguments = [sys.executable, "-c", KILLED, str(folder), str(Path(__file__).parent)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            accepted = [process.stdout.readline().strip() for _ in range(17 + 40 * restart)]
            os.kill(process.pid, signal.SIGKILL)
            accepted += process.stdout.read().split()
        with Outbox(folder, waiting_max=20_000) as outbox:
            found = drained(outbox)
        assert found[: len(accepted)] == accepted
        assert len(found) <= len(accepted) + 1


def test_the_envelope_holds_the_cap_message_byte_for_byte(sent: Sent) -> None:
    """A signature inside the CAP message fails if one byte of it changes on the way."""
    made = parcel_of(sent, XML, t_accepted_ns=7)
    told = msgspec.json.decode(body_of(made, "json"))
    assert told["cap_xml"].encode() == body_of(made, "cap") == XML
    assert (told["id"], told["purpose"], told["synthetic"]) == ("sent-1", "warning", True)
    assert (told["sent"], told["expires"]) == ("1970-01-01T00:01:00Z", "1970-01-01T00:30:00Z")
    assert told["replaces"] == ["sent-0"]
    assert "A. Person" not in str(told)


@pytest.mark.parametrize("odd", ["", "two words", "galați", "a\r\nX: y"])
def test_an_id_that_cannot_stand_in_a_header_is_refused(sent: Sent, odd: str) -> None:
    """Header injection, and errors at the moment of sending."""
    with pytest.raises(BadInput, match="visible ASCII"):
        parcel_of(msgspec.structs.replace(sent, id=odd), XML, t_accepted_ns=0)
