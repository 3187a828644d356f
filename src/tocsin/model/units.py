"""Exact conversion factors. SI inside; feet, knots and miles live only at the edges."""

FT_M = 0.3048
"""International foot in metres (exact)."""
NM_M = 1852.0
"""International nautical mile in metres (exact)."""
KT_MPS = NM_M / 3600.0
"""Knot in metres per second (exact)."""
FL_M = 100.0 * FT_M
"""One flight level, 100 ft of pressure altitude, in metres."""
S_NS = 1_000_000_000
"""Nanoseconds in a second."""
DAY_NS = 86_400 * S_NS
"""Nanoseconds in a day (UTC, leap seconds are not counted in Unix time)."""
