"""Decoding measured: our columns beside libasterix, in one run; memory over a gigabyte.

    .venv/bin/python bench/decode.py [RECORDING] [--megabytes 1000]

Prints one JSON object. The recording is the Barcelona CAT048 file unless named; the gigabyte is
that file over and over in a temporary file, which is deleted afterwards.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import figure, skipped

ROOT = Path(__file__).parents[1]
RECORDING = ROOT.parent / "shared/data/asterix/bcn_cat048_20230502_0800_first30min.ast"
ROUNDS = 7


def chunks_of(path: Path) -> list:
    from tocsin.model.raw import RawChunk
    from tocsin.wire.asterix.containers import read_chunks

    with path.open("rb") as stream:
        return [c for c in read_chunks(stream, path.name) if isinstance(c, RawChunk)]


def seconds(work) -> float:
    """Return CPU seconds of one call: other processes on the machine do not count."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def ours(chunks, editions) -> int:
    from tocsin.wire.asterix.columns import decode

    return sum(c.n for chunk in chunks for c in decode(chunk, editions).columns)


def theirs(blocks) -> int:
    """Parse, nothing more: libasterix works out values only when they are asked for."""
    from asterix import base, generated

    records = 0
    for block in blocks:
        parsed = generated.Cat_048_1_32.cv_uap.parse(base.Bits.from_bytes(block[3:]))
        records += len(parsed)
    return records


def equal(chunks, editions) -> tuple[int, int]:
    """Return how many records were compared field by field, and how many fields differ."""
    sys.path.insert(0, str(ROOT / "tests" / "wire"))
    from asterix_oracle import compare_chunk

    from tocsin.wire.asterix.columns import decode

    compared = differing = 0
    for chunk in chunks:
        records, wrong, _ = compare_chunk(chunk, decode(chunk, editions))
        compared += records
        differing += len(wrong)
    return compared, differing


def speed(path: Path) -> dict:
    from tocsin.wire.asterix.editions import choose_editions

    editions = choose_editions()
    chunks = chunks_of(path)
    blocks = [chunk.block(k) for chunk in chunks for k in range(len(chunk.start))]
    records = ours(chunks, editions)
    ours_s, theirs_s = [], []
    for k in range(ROUNDS):
        ours_s.append(seconds(lambda: ours(chunks, editions)))
        share = blocks[k::ROUNDS]
        theirs_s.append(seconds(lambda share=share: theirs(share)) / len(share))
    compared, differing = equal(chunks, editions)
    rate, peer = records / min(ours_s), 1 / min(theirs_s)
    return {
        "recording": path.name,
        "records": records,
        "ours_records_per_cpu_s": round(rate),
        "libasterix_parse_records_per_cpu_s": round(peer),
        "ratio": round(rate / peer, 1),
        "compared_records": compared,
        "differing_fields": differing,
    }


READER = """
import json, resource, sys, time
from tocsin.model.raw import RawChunk
from tocsin.wire.asterix.columns import decode
from tocsin.wire.asterix.containers import read_chunks
from tocsin.wire.asterix.editions import choose_editions

editions, records = choose_editions(), 0
begin = time.process_time()
with open(sys.argv[1], "rb") as stream:
    for chunk in read_chunks(stream, "long"):
        assert isinstance(chunk, RawChunk)
        records += sum(columns.n for columns in decode(chunk, editions).columns)
peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"long_records": records, "long_cpu_s": round(time.process_time() - begin, 1),
                  "long_peak_rss_mb": round(peak_kib / 1024, 1)}))
"""


def memory(path: Path, megabytes: int) -> dict:
    data = path.read_bytes()
    handle, name = tempfile.mkstemp(suffix=".ast")
    try:
        with os.fdopen(handle, "wb") as file:
            for _ in range(-(-megabytes * 1_000_000 // len(data))):
                file.write(data)
        size = Path(name).stat().st_size
        done = subprocess.run(
            [sys.executable, "-c", READER, name], check=True, capture_output=True, text=True
        )
    finally:
        Path(name).unlink()
    return {"long_bytes": size} | json.loads(done.stdout)


def figures(result: dict) -> None:
    """Print the same as figures of the table."""
    on = f"{result['recording']}, {result['records']:,} records"
    peer = f"libasterix parse {result['libasterix_parse_records_per_cpu_s']:,} records/s"
    figure("decode to columns vs libasterix parse", on, result["ratio"], unit="x",
           reach=">= 200", peer=peer)  # fmt: skip
    figure("decode to columns", on, result["ours_records_per_cpu_s"], unit="records/s", peer=peer)
    compared = f"{result['compared_records']:,} records field by field"
    figure("fields that differ from libasterix", compared, result["differing_fields"],
           reach="== 0")  # fmt: skip
    if "long_peak_rss_mb" in result:
        gigabytes = f"{result['long_bytes'] / 1e9:.2g} GB concatenated recording"
        figure("memory of decode, peak RSS", gigabytes, result["long_peak_rss_mb"], unit="MB",
               reach="<= 400")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recording", type=Path, nargs="?", default=RECORDING)
    parser.add_argument("--megabytes", type=int, default=1000)
    options = parser.parse_args()
    if not options.recording.is_file():
        skipped("decoding", f"{options.recording.name} is not here")
        return
    result = speed(options.recording)
    if options.megabytes:
        result |= memory(options.recording, options.megabytes)
    print(json.dumps(result))
    figures(result)


if __name__ == "__main__":
    main()
