"""Tell beforehand whether the first call will have to compile, so that a command can say so."""

import inspect
from pathlib import Path
from types import ModuleType

from tocsin.wire.asterix import _kernels
from tocsin.wire.asterix.containers import _kernels as container_kernels

_KERNELS = (
    (_kernels, "walk"),
    (_kernels, "read_fields"),
    (_kernels, "peek_sources"),
    (container_kernels, "scan"),
)


def compiled() -> bool:
    """Return whether everything is compiled: the first time ever takes some seconds."""
    return all(_compiled(module, name) for module, name in _KERNELS)


def _compiled(module: ModuleType, name: str) -> bool:
    """Return whether a kernel was called before, or numba's cache holds it as new as its source."""
    kernel = getattr(module, name)
    if kernel.signatures:
        return True
    source = Path(inspect.getfile(module))
    kept = Path(kernel.stats.cache_path or source.parent).glob(f"_kernels.{name}-*.nbi")
    return any(index.stat().st_mtime >= source.stat().st_mtime for index in kept)
