"""The scripts of figures run, on what choices may be made on and on little of it."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "options", "says"),
    [
        ("predict.py", ["--sets", "drones", "--fewer", "11"], "drones"),
        ("lead.py", ["--seeds", "1"], "ALL P10"),
    ],
)
def test_scripts_of_figures_run(script, options, says):
    command = [sys.executable, str(BENCH / script), "--tuning", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert says in done.stdout
