"""The front door. Each command imports its work late, so that `tocsin --help` stays quick."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from tocsin.model.errors import BadSettings, TocsinError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Early warning for drone incursions at a border. Civil protection only: it drafts "
    "warnings, and lets out only what a named person, or a standing authority given by one, "
    "approves. A replay sends nothing anywhere: it writes files.",
    epilog="Exit codes: 0 done, 1 found wanting, 2 bad usage or input (one line says what, where "
    "and what to do).",
)

Out = Annotated[Path, typer.Option("--out", "-o", help="Folder to write into.")]
SiteName = Annotated[
    str, typer.Option("--site", "-s", help="Site file, or name of a shipped site.")
]


def _version(wanted: bool) -> None:
    if wanted:
        from tocsin import __version__

        typer.echo(f"tocsin {__version__}")
        raise typer.Exit


@app.callback()
def _front_door(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say it and leave.")
    ] = False,
) -> None:
    """Keep the options that belong to no command."""


@app.command()
def demo(
    out: Out = Path("runs/demo"),
    once: Annotated[bool, typer.Option("--once", help="Open no browser.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="The same.")] = False,
) -> None:
    """See a night unfold, from bytes to report.

    A synthetic raid by Galati is simulated, followed, warned of, scored and told on one page.
    """
    from tocsin.commands.demo import demo as work

    work(out, browser=not (once or no_browser))


@app.command()
def replay(
    inputs: Annotated[list[Path], typer.Argument(help="Recordings, or one run folder.")],
    out: Out,
    site: SiteName = "",
    date: Annotated[str, typer.Option(help="Day of recordings that tell none, YYYY-MM-DD.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Take away a run in --out.")] = False,
    journal_max_mb: Annotated[int | None, typer.Option(help="Most that the journal takes.")] = None,
    approver: Annotated[
        str,
        typer.Option(help="A scripted stand-in, by name: lets every draft out into files."),
    ] = "",
    takes: Annotated[float, typer.Option(help="Seconds that the stand-in takes.")] = 15.0,
    key: Annotated[Path | None, typer.Option(help="Key to sign with (PEM, P-256).")] = None,
    certificate: Annotated[Path | None, typer.Option(help="Its certificate (PEM).")] = None,
) -> None:
    """Recordings in, a run folder with report out.

    As fast as they go, through the whole pipeline; several are merged in the order of time.

    A run folder as input is made again from its own journal, and must come out equal.
    """
    from rich.console import Console

    from tocsin.commands.approver import Approver, Staff
    from tocsin.commands.replay import replay as work
    from tocsin.commands.signing import both_or_neither
    from tocsin.commands.summary import print_summary

    done = work(
        inputs,
        out,
        site=site,
        date=date,
        replace=replace,
        journal_max_mb=journal_max_mb,
        staff=Staff(
            Approver(approver, takes) if approver else None, both_or_neither(key, certificate)
        ),
    )
    print_summary(done, Console())
    if done.compared is not None and done.compared.difference:
        raise typer.Exit(1)


@app.command()
def probe(
    files: Annotated[list[Path], typer.Argument(help="Recordings.")],
    sample: Annotated[int, typer.Option(min=1, help="Blocks of each source to try.")] = 2_000,
) -> None:
    """What is in a recording.

    Categories, editions, sources, times, rejects; and what to write into the site file.
    """
    from tocsin.commands.probe import probe as work

    work(files, sample_blocks=sample)


@app.command()
def decode(
    file: Annotated[Path, typer.Argument(help="A recording.")],
    form: Annotated[Literal["jsonl", "parquet"], typer.Option("--as", help="Form.")] = "jsonl",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File, or Parquet folder.")
    ] = None,
    edition: Annotated[list[str] | None, typer.Option(help="As 21=0.23; else found out.")] = None,
) -> None:
    """Every field, as JSON lines or Parquet."""
    from tocsin.commands.decode import decode as work

    done = work(file, form=form, out=out, editions=dict(map(_edition, edition or ())))
    rejects = f", {done.rejects:,} rejected" if done.rejects else ""
    typer.echo(f"{done.records:,} records{rejects}", err=True)


@app.command()
def simulate(
    out: Out,
    scenario: Annotated[Path | None, typer.Argument(help="Scenario file.")] = None,
    onto: Annotated[Path | None, typer.Option(help="Real CAT048 recording to inject into.")] = None,
    site: SiteName = "",
    sensor: Annotated[str, typer.Option(help="Radar of --onto, where the site has more.")] = "",
    variant: Annotated[str, typer.Option(help="Variant of the scenario.")] = "",
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    date: Annotated[str, typer.Option(help="Day of --onto, as it will be replayed.")] = "",
) -> None:
    """Recordings in real wire formats, with truth.

    A scenario is played; or drones are injected into a real recording (--onto).
    """
    from tocsin.commands.simulate import simulate as play
    from tocsin.commands.simulate import simulate_onto
    from tocsin.commands.sites import scenario_file, site_file

    named = site_file(site) if site else None
    if onto is not None:
        if named is None or scenario is not None:
            raise BadSettings("--onto needs --site and no scenario", where="--onto",
                              remedy="Name the site of the radar, such as barcelona.")  # fmt: skip
        made = simulate_onto(
            onto, out, site_path=named, sensor_id=sensor, seed=seed or 0, date=date
        )
    elif scenario is not None:
        made = play(scenario_file(scenario), out, variant=variant, seed=seed, site_path=named)
    else:
        raise BadSettings("nothing to play", where="tocsin simulate",
                          remedy="Name a scenario file, or a recording with --onto.")  # fmt: skip
    typer.echo(f"{made.label}\n{made.targets} targets, {made.records:,} records in {made.folder}")
    for path in made.recordings:
        typer.echo(f"  {path}")


@app.command()
def score(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    truth: Annotated[Path, typer.Option(help="Folder of `tocsin simulate`.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of tables.")] = False,
) -> None:
    """A run against its truth.

    Tables or JSON; scores.json is left in the run folder.
    """
    import json

    from rich.console import Console

    from tocsin.commands.score import print_scores, score_run

    scored = score_run(run, truth)
    if as_json:
        typer.echo(json.dumps(scored.plain(), sort_keys=True))
    else:
        print_scores(scored, Console())


@app.command()
def feed(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one.")] = 0,
) -> None:
    """The sent alerts of a run, over HTTP.

    An Atom feed and the CAP files that it names, until stopped.
    """
    from tocsin.commands.feed import feed as serve

    serve(run, host=host, port=port)


@app.command()
def pack(
    out: Out = Path("runs/pack"),
    seeds: Annotated[str, typer.Option(help="As 1000, 1000-1009 or 1000,1003.")] = "1000",
    only: Annotated[list[str] | None, typer.Option(help="A scenario; may be repeated.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at a time.")] = 1,
    takes: Annotated[float, typer.Option(help="Seconds of the scripted approver.")] = 15.0,
    keep: Annotated[bool, typer.Option("--keep", help="Keep recordings and records.")] = False,
) -> None:
    """The scenario pack: simulated, replayed and scored.

    One line a scenario, and a summary; pack.json holds all. Seeds 5000-5999 are held out: choose
    nothing on them.
    """
    from rich.console import Console

    from tocsin.commands.pack import pack as work
    from tocsin.commands.pack import print_pack, seeds_of

    done = work(out, seeds=seeds_of(seeds), only=only or (), jobs=jobs, takes_s=takes, keep=keep)
    print_pack(done, Console())
    if any(run.fault for run in done.runs):
        raise typer.Exit(1)


@app.command()
def cap(
    files: Annotated[list[Path], typer.Argument(help="CAP files.")],
    trust: Annotated[Path | None, typer.Option(help="Trust store: TOML file or folder.")] = None,
    at: Annotated[str, typer.Option(help="Time of checking (ISO 8601); else now.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="As for what we send.")] = False,
) -> None:
    """What CAP alerts say, and whether they are sound.

    Structure, meaning, signature; several files also as a chain. Exit code 1: not sound.
    """
    from rich.console import Console

    from tocsin.commands.cap import explain_files, is_whole, print_chains, print_explained

    console = Console(highlight=False)
    explained, found = explain_files(files, trust=trust, at=at, strict=strict)
    for one in explained:
        print_explained(one, console)
        if found is not None:
            console.print()
    if found is not None:
        print_chains(found, console)
    if not (all(one.sound for one in explained) and is_whole(found)):
        raise typer.Exit(1)


@app.command()
def learn(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, or tables of positions.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File (.npz) to write.")],
    kind: Annotated[
        Literal["drone", "slow_aircraft", "jet"] | None,
        typer.Option("--class", help="Of tracks whose class no table tells."),
    ] = None,
) -> None:
    """A site's own library of futures, from recorded runs.

    Name the file in the site file ([assess] library); the recording's licence applies to it.
    """
    from tocsin.commands.learn import counts, learn_files

    made = learn_files(runs, out, kind=kind)
    left = f"; {made.left_out} tracks of no known class left out" if made.left_out else ""
    typer.echo(f"{out}: {made.flights} flights, moments: {counts(made.library)}{left}")


@app.command()
def bench(
    scene: Annotated[Path, typer.Option(help="Scene file (.npz).")],
) -> None:
    """The tracker on a scene, as one JSON object.

    Scores and speed with the default settings.
    """
    import json

    from tocsin.commands.bench import bench_scene

    typer.echo(json.dumps(bench_scene(scene), sort_keys=True))


def _edition(stated: str) -> tuple[int, str]:
    category, _, edition = stated.partition("=")
    if not category.isdigit() or not edition:
        raise BadSettings(f"{stated!r} names no edition", where="--edition",
                          remedy="Write category and edition as 21=0.23.")  # fmt: skip
    return int(category), edition


def main() -> None:
    """Run a command; an expected error is one line on stderr and exit code 2."""
    try:
        app()
    except TocsinError as error:
        sys.stderr.write(f"tocsin: {error}\n")
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        where = error.filename or "a file"
        sys.stderr.write(f"tocsin: {where}: {error.strerror}. Check the path and your rights.\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("tocsin: stopped\n")
        sys.exit(130)
