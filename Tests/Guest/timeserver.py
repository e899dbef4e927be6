"""In the guest: an NTP server of stratum 1 (RFC 5905, section 7.3) on 127.0.0.1 that tells the system's own clock."""

import socket
import struct
import time

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 123))


def stamp(seconds):
    return struct.pack(">II", int(seconds) + 2208988800, int(seconds % 1 * 2**32))


while True:
    request, client = server.recvfrom(1024)
    received = time.time()
    if len(request) < 48:
        continue
    version = request[0] >> 3 & 7
    head = struct.pack(">BBbb", version << 3 | 4, 1, request[2] & 0x7F, -20) + struct.pack(">II", 0, 66) + b"GPS\0"
    server.sendto(
        head + stamp(received - 1) + request[40:48] + stamp(received) + stamp(time.time()), client)
