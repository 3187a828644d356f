"""The front door. Each command imports its work late, so that `tocsin --help` stays quick."""

import sys

import typer

from tocsin.model.errors import TocsinError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Early warning for drone incursions at a border. Civil protection only.",
)


@app.callback()
def _front_door() -> None:
    """Keep sub-commands even while there is only one."""


def main() -> None:
    """Run a command; an expected error is one line on stderr and exit code 2."""
    try:
        app()
    except TocsinError as error:
        sys.stderr.write(f"tocsin: {error}\n")
        sys.exit(2)
