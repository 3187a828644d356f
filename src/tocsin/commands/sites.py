"""The sites and scenarios that are shipped, found by name."""

from importlib.resources import files
from pathlib import Path

import tocsin
from tocsin.model.errors import BadSettings

ENDING = ".toml"


def shipped() -> Path:
    """Return the folder of shipped sites: beside the package, or above it in a checkout."""
    packed = Path(str(files(tocsin) / "sites"))
    return packed if packed.is_dir() else Path(tocsin.__file__).parents[2] / "sites"


def site_file(named: str) -> Path:
    """Return the file of a site: a path, or the name of one that is shipped.

    Raises:
        BadSettings: it is neither.
    """
    path = Path(named)
    if path.exists():
        return path
    found = shipped() / f"{named}{ENDING}"
    if "/" not in named and found.is_file():
        return found
    known = ", ".join(sorted(one.stem for one in shipped().glob(f"*{ENDING}")))
    raise BadSettings(
        "no such site file", where=named, remedy=f"Name a TOML file, or one of: {known}."
    )


def scenario_file(path: Path) -> Path:
    """Return the file of a scenario: a path, or the name of one that is shipped."""
    found = shipped() / "scenarios" / f"{path}{ENDING}"
    return found if not path.exists() and len(path.parts) == 1 and found.is_file() else path
