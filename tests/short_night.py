"""Five minutes by Galati, synthetic: three drones towards the town, a helicopter, three sensors."""

from pathlib import Path

from tocsin.commands.simulate import simulate
from tocsin.commands.sites import shipped

SCENARIO = """
title = "Five minutes"
label = "SYNTHETIC, for tests"
site = "{site}"
start = {start}
duration_s = {duration_s}
seed = 7

[[movers]]
id = "towards-galati"
kind = "drone"
count = 3
waypoints = [[45.49, 28.42], [45.47, 28.25], [45.43, 28.03]]
spread_m = 1_500.0
speed_mps = 50.0
alt_msl_m = 500.0
ends = "leaves"

[[movers]]
id = "helicopter"
kind = "slow_aircraft"
waypoints = [[45.25, 28.20], [45.40, 28.00]]
speed_mps = 55.0
alt_msl_m = 400.0
cooperative = true
callsign = "SYNHE"
icao_from = 0xF00200

[[sensors]]
sensor = "radar-macin"
form = "cat048"
clutter_per_look = 6.0
latency_s = 0.4

[[sensors]]
sensor = "radar-braila"
form = "cat048"
north_at_s = 1.9
clutter_per_look = 6.0
latency_s = 0.4
silent_s = [[100.0, 160.0]]

[[sensors]]
sensor = "adsb-galati"
form = "cat021"
position_sigma_m = 12.0
latency_s = 0.6

[[sensors]]
sensor = "post-grindu"
form = "observer"
latency_s = 2.0
"""


START = "2026-05-28T22:00:00Z"


def make_recordings(
    folder: Path, duration_s: float = 300.0, *, start: str = START
) -> tuple[Path, ...]:
    """Simulate the night into a folder; return its recordings, a pcap and JSON lines."""
    scenario = folder / "short.toml"
    scenario.write_text(
        SCENARIO.format(site=shipped() / "galati.toml", duration_s=duration_s, start=start)
    )
    return simulate(scenario, folder / "made").recordings
