"""Writers of every container, from their documents: they say what the readers must give back."""

import struct


def raw(blocks):
    return b"".join(blocks)


def final_format(blocks):
    return b"".join(
        struct.pack(">HHB", len(block) + 12, 0, 0) + b"\x5c\x18\x90" + block + b"\xa5" * 4
        for block in blocks
    )


def rply(blocks):
    return b"".join(struct.pack("<II", len(block), 10) + block for block in blocks)


def gps(blocks):
    return b"\xcd" * 2200 + b"".join(block + bytes(range(10)) for block in blocks)


def udp(payload):
    return struct.pack(">HHHH", 8600, 8600, len(payload) + 8, 0) + payload


def ipv4(payload, flags=0, protocol=17, options=b""):
    size = 20 + len(options)
    head = struct.pack(
        ">BBHHHBBH", 0x40 | size // 4, 0, size + len(payload), 1, flags, 9, protocol, 0
    )
    return head + bytes(8) + options + payload


def ipv6(payload, extensions=((17, b""),)):
    """Return an IPv6 packet; extensions are (next header, bytes) pairs, the first one's number."""
    body = b"".join(data for _, data in extensions[1:]) + payload
    return struct.pack(">IHBB", 6 << 28, len(body), extensions[0][0], 9) + bytes(32) + body


def ethernet(packet, protocol=0x0800, tags=0, padding=0):
    vlan = b"".join(struct.pack(">HH", 0x8100, 5 + k) for k in range(tags))
    return bytes(12) + vlan + struct.pack(">H", protocol) + packet + bytes(padding)


def pcap(packets, order="<", nanos=False, link=1, t_ns=1_700_000_000_123_456_789):
    magic = 0xA1B23C4D if nanos else 0xA1B2C3D4
    made = [struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 262144, link)]
    for packet in packets:
        ticks = t_ns % 10**9 // (1 if nanos else 1000)
        made.append(struct.pack(f"{order}IIII", t_ns // 10**9, ticks, len(packet), len(packet)))
        made.append(packet)
    return b"".join(made)


def pcapng_block(order, kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + size + body + size


def pcapng(packets, order="<", link=1, t_ns=1_700_000_000_123_456_789, kind=6, resolution=9):
    section = pcapng_block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    options = struct.pack(f"{order}HHB3xHH", 9, 1, resolution, 0, 0)
    interface = pcapng_block(order, 1, struct.pack(f"{order}HHI", link, 0, 0) + options)
    ticks = t_ns * 10**resolution // 10**9
    high, low = ticks >> 32, ticks & 0xFFFFFFFF
    made = [section, interface]
    for packet in packets:
        head = {
            6: struct.pack(f"{order}IIIII", 0, high, low, len(packet), len(packet)),
            2: struct.pack(f"{order}HHIIII", 0, 0, high, low, len(packet), len(packet)),
            3: struct.pack(f"{order}I", len(packet)),
        }[kind]
        made.append(pcapng_block(order, kind, head + packet))
        made.append(pcapng_block(order, 5, b"statistics.."))
    return b"".join(made)


FRAMED = {"raw": raw, "final_format": final_format, "rply": rply, "gps": gps}
CAPTURED = {
    "pcap": lambda blocks: pcap([ethernet(ipv4(udp(b)), padding=3) for b in blocks]),
    "pcapng": lambda blocks: pcapng([ethernet(ipv4(udp(b)), tags=1) for b in blocks]),
}
WRITERS = FRAMED | CAPTURED
