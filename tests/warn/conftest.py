"""Assessments, zones and places made by hand, so that thresholds can be hit exactly."""

import pytest

from tocsin.model.place import Place, Zone
from tocsin.model.threat import Assessment, ClassBelief, Crossing, Threat
from tocsin.model.units import S_NS
from tocsin.warn.ground import ground_of

T0_NS = 1_780_000_000_000_000_000
HORIZONS_S = (120.0, 300.0, 600.0, 900.0, 1200.0)


def place_of(number: int, zone: str) -> Place:
    return Place(
        id=f"p{number}",
        name=f"Măcin {number}",
        name_en=f"Macin {number}",
        lat_deg=45.2,
        lon_deg=28.1,
        pos_site_m=(0.0, 0.0),
        population=100,
        country="RO",
        zone=zone,
    )


def zone_of(name: str) -> Zone:
    ring = ((28.0, 45.0), (28.3, 45.0), (28.3, 45.2), (28.0, 45.2), (28.0, 45.0))
    return Zone(
        id=name,
        name={"ro": f"județul {name}", "en": f"{name} county"},
        rings_lonlat_deg=(ring,),
        population=5000,
    )


@pytest.fixture(scope="session")
def ground():
    """Two zones with two places each, and a place in no zone; synthetic."""
    zones = (zone_of("galati"), zone_of("tulcea"))
    places = (
        place_of(1, "galati"),
        place_of(2, "galati"),
        place_of(3, "tulcea"),
        place_of(4, "tulcea"),
        place_of(5, ""),
    )
    return ground_of(zones, places, synthetic=True)


@pytest.fixture(scope="session")
def assessment_of():
    """Return a maker of assessments: a drone that threatens places with given probabilities.

    `probs` are those within 5, 10 and 20 minutes; the window is in minutes from `t_ns`.
    """

    def make(track_id=1, t_ns=T0_NS, places=("p1",), probs=(0.0, 0.0, 0.0), **changes):
        window = changes.pop("window_min", (6.0, 9.0))
        early_ns, late_ns = (
            (None, None)
            if window is None
            else tuple(t_ns + round(minute * 60 * S_NS) for minute in window)
        )
        five, ten, twenty = probs
        told = (0.0, five, ten, (ten + twenty) / 2.0, twenty)
        threats = tuple(
            Threat(
                track_id=track_id,
                place_id=place_id,
                radius_m=3000.0,
                within_s=HORIZONS_S,
                prob=told,
                t_p05_ns=early_ns,
                t_p50_ns=early_ns,
                t_p95_ns=late_ns,
            )
            for place_id in places
        )
        crossing = Crossing(
            track_id=track_id,
            border_id="line",
            within_s=HORIZONS_S,
            prob=(0.0, 0.3, 0.6, 0.7, 0.8),
            t_p05_ns=early_ns,
            t_p50_ns=early_ns,
            t_p95_ns=late_ns,
            window_reason="" if window else "manoeuvring: 12% of its futures cross",
            state=changes.pop("state", "outside"),
        )
        fields = {
            "track_id": track_id,
            "t_ns": t_ns,
            "exists_prob": 0.99,
            "noncooperative_prob": 0.98,
            "classes": ClassBelief(
                drone_prob=0.88,
                slow_aircraft_prob=0.08,
                jet_prob=0.01,
                bird_prob=0.01,
                other_prob=0.02,
            ),
            "context": "straight",
            "crossings": (crossing,),
            "threats": threats,
            "evidence": ((7, track_id), (8, 2)),
        }
        return Assessment(**(fields | changes))

    return make
