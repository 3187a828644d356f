"""Tell beforehand whether the first call will have to compile, so that a command can say so."""

from pathlib import Path

from tocsin.wire.asterix import _kernels
from tocsin.wire.asterix.containers import _kernels as container_kernels

_KERNELS = (
    _kernels.walk,
    _kernels.read_fields,
    _kernels.peek_sources,
    container_kernels.scan,
)


def compiled() -> bool:
    """Return whether everything is compiled: the first time ever takes some seconds."""
    return all(kernel.signatures or _cached(kernel.__name__, kernel.stats) for kernel in _KERNELS)


def _cached(name: str, stats: object) -> bool:
    """Return whether numba's cache on disk holds a kernel, in any version."""
    folder = getattr(stats, "cache_path", None)
    return folder is not None and any(Path(folder).glob(f"_kernels.{name}-*.nbi"))
