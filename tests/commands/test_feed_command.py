"""`tocsin feed`: says where it listens, serves, and leaves when told to."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx

from tocsin.record.run_folder import RunFolder

MAIN = "from tocsin.cli import main; main()"


def test_the_command_says_where_it_listens_and_serves_a_run(tmp_path: Path) -> None:
    """An integrator copies the first line into a reader; it must be right as it stands."""
    folder = RunFolder.create(tmp_path / "RUN")
    folder.new_journal(salt_key=b"a fixed test key").close()
    folder.sent.mkdir()
    (folder.sent / "feed.atom").write_text("<feed/>")
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, "feed", str(folder.root)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        address = process.stdout.readline().strip()
        assert "No sent alerts" in process.stdout.readline()
        with httpx.Client(trust_env=False) as client:
            assert client.get(address).text == "<feed/>"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert "Traceback" not in process.stderr.read()


def test_a_folder_without_a_run_is_refused_in_one_line(tmp_path: Path) -> None:
    """Not a server that answers 404 to everything."""
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "feed", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("tocsin: ")
    assert len(done.stderr.splitlines()) == 1
