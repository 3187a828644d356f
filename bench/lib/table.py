"""Run every script of figures, print one table, and keep it in bench/RESULTS.md.

    PYTHON bench/lib/table.py [SCRIPT.py ...]

Without names all scripts in `bench/` run: first those in ORDER, then any other by name. A script
prints JSON lines (see `figure.py`); one that fails is shown as such and the rest still run.
"""

import datetime as dt
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[1]
RESULTS = BENCH / "RESULTS.md"
ORDER = (
    *("decode", "scenes", "held_out", "real", "fusion", "chain", "assess", "latency"),
    *("predict", "lead", "pack", "messages", "cap"),
)
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
HEAD = ("figure", "on", "measured", "target", "reached", "peer, same run or published")
WORD = {True: "yes", False: "**no**", None: "-"}
PREFACE = """# Figures

Written by `make bench`. Every figure is measured on the machine named below; peers run in the same
run unless their entry says otherwise. One set of default settings serves every scene. That set was
chosen while looking at these scenes and recordings; the rows called "fresh" are seeds it was not
chosen on, and stand closer to what a new night will show. Forecasts, leads and the scenario pack
were tuned on seeds 1000 to 1999 and are reported on seeds from 5000 on (forecasts and leads from
5010 on: ten were looked at while the model still changed). Simulated flights share their generator
with the shipped library; no real flight of a one-way drone is public.
"""


def scripts(names: list[str]) -> list[Path]:
    found = {p.stem: p for p in sorted(BENCH.glob("*.py"))}
    wanted = [Path(n).stem for n in names] or [*ORDER, *(s for s in found if s not in ORDER)]
    return [found[name] for name in wanted if name in found]


def lines_of(script: Path) -> list[dict]:
    """Run a script and return its JSON lines; what fails becomes a line that says so."""
    print(f"bench: {script.name}", file=sys.stderr, flush=True)
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, script],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | one_thread,
    )
    found = []
    for line in done.stdout.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            print(f"bench: {script.name} also printed: {line}", file=sys.stderr)
    if done.returncode:
        found.append({"skipped": script.name, "reason": f"ended with code {done.returncode}"})
    return [f for f in found if "what" in f or "skipped" in f]


def rows_of(figures: list[dict]) -> list[tuple[str, ...]]:
    rows = []
    for f in figures:
        if "what" in f:
            value = f"{number(f['measured'])} {f['unit']}".strip()
            target = f"{f['reach']} {f['unit']}".strip() if f["reach"] else "-"
            rows.append((f["what"], f["on"], value, target, WORD[f["ok"]], f["peer"] or "-"))
        else:
            rows.append(("not measured", f["skipped"], "-", "-", "-", f.get("reason", "-")))
    return rows


def number(value: float | None) -> str:
    if value is None:
        return "none"
    if abs(value) >= 1000.0:
        return f"{value:,.0f}"
    return f"{value:.4g}" if value < 0.9 or value > 1.0 else f"{value:.5g}"


def markdown(rows: list[tuple[str, ...]]) -> str:
    body = [HEAD, tuple("---" for _ in HEAD), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in body)


def aligned(rows: list[tuple[str, ...]]) -> str:
    plain = [tuple(cell.replace("**", "") for cell in row) for row in (HEAD, *rows)]
    width = [max(len(row[k]) for row in plain) for k in range(len(HEAD))]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(r, width, strict=True)).rstrip() for r in plain
    )


def machine() -> str:
    """Return processor, cores and memory in one line."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.split(":")[1].strip() for line in info.splitlines() if "model name" in line]
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    model = models[0] if models else platform.machine()
    return (
        f"{model}, {os.cpu_count()} cores, {memory_gb:.0f} GB, Python {platform.python_version()}"
    )


def keep(rows: list[tuple[str, ...]]) -> None:
    """Replace what stands between the markers; the rest of the file stays as it is."""
    text = RESULTS.read_text() if RESULTS.exists() else f"{PREFACE}\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    when = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    judged = [row[4] for row in rows if row[4] != "-"]
    summary = f"{judged.count('yes')} of {len(judged)} targets reached."
    block = f"Measured {when} on {machine()}. {summary}\n\n{markdown(rows)}"
    RESULTS.write_text(f"{before}{BEGIN}\n{block}\n{END}{after}")


def main() -> None:
    figures = [line for script in scripts(sys.argv[1:]) for line in lines_of(script)]
    rows = rows_of(figures)
    print(aligned(rows))
    if len(sys.argv) == 1:
        keep(rows)


if __name__ == "__main__":
    main()
