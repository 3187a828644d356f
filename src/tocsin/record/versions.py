"""Which program and libraries run: what has to be equal for a replay to be equal."""

import platform
from importlib.metadata import version

import tocsin

LIBRARIES = ("libasterix", "llvmlite", "msgspec", "numba", "numpy", "pyproj", "scipy", "shapely")
"""Those that figures pass through."""


def running_versions() -> dict[str, str]:
    """Return name to version of the program, Python and the libraries that figures pass through."""
    ours = {"tocsin": tocsin.__version__, "python": platform.python_version()}
    return ours | {"machine": platform.machine()} | {name: version(name) for name in LIBRARIES}
