"""The whole chain measured: Barcelona's half hour from recording to report, and decoding it twice.

The command runs as a user runs it, in a process of its own; a first run compiles the kernels.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import ROOT, SHARED_DATA, figure, skipped

RECORDING = SHARED_DATA / "asterix" / "bcn_cat048_20230502_0800_first30min.ast"
ON = "Barcelona 30 min, recording to report"


def replay(out: Path) -> float:
    """Run the command once; return its wall seconds, start of the process included."""
    command = [
        *(sys.executable, "-c", "from tocsin.cli import main; main()", "replay", str(RECORDING)),
        *("--site", str(ROOT / "sites" / "barcelona.toml"), "--date", "2023-05-02"),
        *("--out", str(out)),
    ]
    begun = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begun


def main() -> None:
    if not RECORDING.exists():
        skipped(ON, "the recording is not beside this checkout")
        return
    with tempfile.TemporaryDirectory() as folder:
        replay(Path(folder) / "compiled")
        run = Path(folder) / "run"
        wall_s = replay(run)
        t_ns = pq.read_table(run / "tracks.parquet", columns=["t_ns"])["t_ns"].to_numpy()
        data_s = float(t_ns.max() - t_ns.min()) / 1e9
        figure("times as fast as it happened", ON, data_s / wall_s, unit="x", reach=">= 150")
        drafts = len(list((run / "alerts").glob("*.xml")))
        figure("friendly aircraft drafted as a threat", ON, drafts, reach="<= 0")


if __name__ == "__main__":
    main()
