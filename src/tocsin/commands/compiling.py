"""Tell beforehand whether the first run will have to compile, so that nobody thinks it hangs."""

import inspect
from pathlib import Path
from types import ModuleType

from rich.console import Console


def announce_compiling(console: Console) -> None:
    """Say that the kernels are being compiled, where they have to be."""
    from tocsin.assess import _kernels as futures
    from tocsin.track.association import _kernels as association
    from tocsin.track.belief import _kernels as belief
    from tocsin.wire.asterix.compiling import compiled

    kernels = ((association, "associate"), (belief, "update"), (futures, "border_times_s"))
    if not compiled() or not all(_cached(module, name) for module, name in kernels):
        console.print("compiling the decoder and the tracker, once, about a minute ...")


def _cached(module: ModuleType, name: str) -> bool:
    """Return whether numba's cache holds a kernel that is as new as its source."""
    kernel = getattr(module, name)
    if kernel.signatures:
        return True
    source = Path(inspect.getfile(module))
    kept = Path(kernel.stats.cache_path or source.parent).glob(f"_kernels.{name}-*.nbi")
    return any(index.stat().st_mtime >= source.stat().st_mtime for index in kept)
