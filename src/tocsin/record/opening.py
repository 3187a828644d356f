"""How a journal begins: which program and libraries run, and by which settings."""

import platform
from importlib.metadata import version

import tocsin
from tocsin.record import entries
from tocsin.record.facts import SiteFacts
from tocsin.record.journal import Journal

LIBRARIES = ("libasterix", "llvmlite", "msgspec", "numba", "numpy", "pyproj", "scipy", "shapely")
"""Those that figures pass through: what has to be equal for a replay to be equal."""


def running_versions() -> dict[str, str]:
    """Return name to version of the program, Python and the libraries that figures pass through."""
    ours = {"tocsin": tocsin.__version__, "python": platform.python_version()}
    return ours | {"machine": platform.machine()} | {name: version(name) for name in LIBRARIES}


def journal_opening(
    journal: Journal, t_ns: int, site: SiteFacts, settings_json: bytes, date_ns: int | None
) -> None:
    """Write versions and settings, before anything else."""
    entries.journal_versions(journal, t_ns, running_versions())
    entries.journal_settings(journal, t_ns, site)
    entries.journal_settings_json(journal, t_ns, settings_json, date_ns=date_ns)
