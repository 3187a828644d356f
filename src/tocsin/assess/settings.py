"""What a site may set about assessment: how many futures, how far, how finely."""

import msgspec

from tocsin.assess.recalibration import Recalibration


class AssessSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of `assess.step`; the `[assess]` section of a site file.

    Raises ValueError (at decoding: a validation error that names the key) where they contradict.
    """

    futures: int = 512
    """Futures marched for each track that is not established as cooperative; even."""
    step_s: float = 20.0
    """Time step of a future."""
    horizons_s: tuple[float, ...] = (120.0, 300.0, 600.0, 900.0, 1200.0)
    """Horizons at which probabilities are told, ascending; the last one ends the futures."""
    cell_m: float = 250.0
    """Cell of the distance rasters; crossing times are interpolated inside cells."""
    place_radius_m: float = 3000.0
    """A place is threatened by a passage within this distance of it."""
    reach_ratio: float = 1.25
    """A border or place farther than speed x last horizon x this is out of reach."""
    window_gate_prob: float = 0.5
    """A border gets a crossing window only when this many futures cross within 15 minutes."""
    threat_min_prob: float = 0.02
    """Threats less probable than this at every horizon are left out."""
    min_noncooperative_prob: float = 0.2
    """Below this a track is established as cooperative and no futures are marched for it."""
    endurance_s: float = 43_200.0
    """Nothing flies longer than this after it was seen last: a lost track's reach ends with it."""
    class_memory_s: float = 120.0
    """Time after which what a track looked like counts 1/e in its class."""
    library: str = ""
    """File (.npz) of this site's own library of futures, beside the site file; made by
    `tocsin learn`. Empty: the shipped one. Classes that it lacks are taken from the shipped one."""
    recalibration: Recalibration | None = None
    """Table from said to found probabilities, for one version of the model; none: as they are."""

    def __post_init__(self) -> None:
        """Refuse settings that contradict themselves."""
        horizons_s = self.horizons_s
        steps = self.horizons_s[-1] / self.step_s if horizons_s and self.step_s > 0 else 0.0
        for wrong, why in (
            (not 64 <= self.futures <= 4096 or self.futures % 2, "futures: even, in 64..4096"),
            (not horizons_s or min(horizons_s) <= 0, "horizons_s must be positive"),
            (list(horizons_s) != sorted(set(horizons_s)), "horizons_s must ascend"),
            (not 1 <= self.step_s <= 30, "step_s must lie in 1..30"),
            (steps > 4096, "the last horizon holds more than 4096 steps"),
            (not 50 <= self.cell_m <= 5000, "cell_m must lie in 50..5000"),
            (not 100 <= self.place_radius_m <= 50_000, "place_radius_m must lie in 100..50000"),
            (not 1 <= self.reach_ratio <= 3, "reach_ratio must lie in 1..3"),
            (not 0 < self.window_gate_prob <= 1, "window_gate_prob must lie in 0..1"),
            (not 0 < self.threat_min_prob < 1, "threat_min_prob must lie in 0..1"),
            (not 0 <= self.min_noncooperative_prob <= 1, "min_noncooperative_prob: 0..1"),
            (not 60 <= self.endurance_s <= 172_800, "endurance_s must lie in 60..172800"),
            (not 1 <= self.class_memory_s <= 3600, "class_memory_s must lie in 1..3600"),
        ):
            if wrong:
                raise ValueError(why)
