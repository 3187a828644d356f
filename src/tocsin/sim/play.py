"""A scenario played: targets flown, each sensor's measurements, and these as bytes on the wire.

Every random draw comes from the scenario's seed through a stream of its own per part, so that the
same file gives the same bytes, and one more sensor leaves the others as they were.
"""

from collections.abc import Mapping

import msgspec
import numpy as np

from tocsin.geo.plane import SitePlane
from tocsin.model.errors import BadSettings
from tocsin.model.sensor import Sensor
from tocsin.sim.feeds import MAKERS, Feed, Source, Stage
from tocsin.sim.movers import Target, fly
from tocsin.sim.scenario import Scenario, SensorTruth
from tocsin.sim.writers.containers import Datagram


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """A whole scenario as played."""

    scenario: Scenario
    plane: SitePlane
    targets: tuple[Target, ...]
    feeds: tuple[Feed, ...]

    def datagrams(self) -> list[Datagram]:
        """Return everything on the wire in order of receipt."""
        return sorted((d for f in self.feeds for d in f.datagrams), key=lambda d: d[:2])

    def lines(self) -> list[bytes]:
        """Return all observers' lines in order of time."""
        return [text for _, text in sorted(line for f in self.feeds for line in f.lines)]


def play(
    scenario: Scenario,
    plane: SitePlane,
    sensors: Mapping[str, Sensor],
    sources: Mapping[str, Source],
    rng: np.random.Generator | None = None,
) -> Played:
    """Fly the scenario and let its sensors see it.

    Args:
        scenario: what happens.
        plane: the plane of the site.
        sensors: the sensors of the site by id.
        sources: SAC and SIC by sensor id, for those whose truth does not state them.
        rng: everything random; None seeds it from the scenario.

    Raises:
        BadSettings: the scenario names a sensor that the site does not have, or one without
            SAC and SIC.
    """
    rng = rng or np.random.default_rng(scenario.seed)
    flight, *streams = rng.spawn(1 + len(scenario.sensors))
    targets = fly(scenario, plane, flight)
    feeds = tuple(
        MAKERS[truth.form](
            Stage(
                scenario,
                plane,
                targets,
                number,
                _sensor(truth, sensors, scenario),
                truth,
                _source(truth, sources, scenario),
                streams[number],
            )
        )
        for number, truth in enumerate(scenario.sensors)
    )
    return Played(scenario=scenario, plane=plane, targets=targets, feeds=feeds)


def _sensor(truth: SensorTruth, sensors: Mapping[str, Sensor], scenario: Scenario) -> Sensor:
    if truth.sensor not in sensors:
        raise BadSettings(
            f"the site has no sensor {truth.sensor!r}",
            where=f"scenario {scenario.title!r}, sensors",
            remedy=f"Name one of {', '.join(sorted(sensors))}.",
        )
    return sensors[truth.sensor]


def _source(truth: SensorTruth, sources: Mapping[str, Source], scenario: Scenario) -> Source:
    if truth.sac is not None and truth.sic is not None:
        return truth.sac, truth.sic
    if truth.sensor in sources or truth.form == "observer":
        return sources.get(truth.sensor, (0, 0))
    raise BadSettings(
        f"sensor {truth.sensor!r} has no SAC and SIC",
        where=f"scenario {scenario.title!r}, sensors",
        remedy="State `sac` and `sic`, here or in the site file.",
    )
