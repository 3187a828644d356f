"""Which fields are delivered as columns unless others are asked for: by item, all editions at once.

An item that an edition does not have is left out of its columns; `decode` tells by the absence of
the name, a record by `present`.

Where the meaning of a number depends on another item it is delivered as it stands on the wire:
I062/380/IAS/IAS and I021/150/AS are 2^-14 NM/s each while their IM bit is 0, and 0.001 Mach while
it is 1.
"""

from functools import cache

ITEMS = {
    1: "010 020 161 040 042 200 070 090 141 130 170 210",
    2: "010 000 020 030 041 050 070 090",
    10: (
        "010 000 020 140 041 040 042 200 202 161 170 060 220 245 270 300 090 091 210 131 310 500 "
        "550"
    ),
    19: "010 000 140 550 551 552 553 600 610 620",
    20: "010 020 140 041 042 161 170 070 202 090 100 220 245 110 105 210 300 310 400 500 230",
    21: (
        "010 040 030 161 015 071 130 131 072 080 073 074 075 076 077 140 090 210 230 145 150 151 "
        "152 155 157 160 170 020 200 220 008 271 132 400 095 032"
    ),
    34: "010 000 030 020 041 050 060 070 100 110 120 090",
    48: "010 140 020 040 070 090 110 130 220 240 250 161 042 200 170 210 120 230 030 080 100 260",
    62: (
        "010 015 040 060 070 080 100 105 110 120 130 135 136 185 200 210 220 245 270 290 295 300 "
        "340 380 390 500 510"
    ),
    63: "010 015 030 050 060 070 080 081 090 091 092",
    65: "010 000 015 030 020 040 050",
}


@cache
def usual_fields(category: int) -> tuple[str, ...]:
    """Return the items delivered by default, as `I048/040`."""
    return tuple(f"I{category:03d}/{item}" for item in ITEMS[category].split())
