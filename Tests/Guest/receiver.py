"""In the guest: a GPS receiver on a serial line. Makes a pty, links it to the given path, and sends NMEA 0183 once a second.

It drives round a circle, by the system's clock, or by one that is off by so many seconds.
    receiver.py PATH [SECONDS]
"""

import math
import os
import pty
import sys
import time
import tty

path, offset = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
master, slave = pty.openpty()
tty.setraw(slave)
os.chmod(os.ttyname(slave), 0o666)
if os.path.lexists(path):
    os.unlink(path)
os.symlink(os.ttyname(slave), path)
os.set_blocking(master, False)


def sentence(body):
    total = 0
    for byte in body.encode():
        total ^= byte
    return f"${body}*{total:02X}\r\n".encode()


def angle(degrees, digits, positive, negative):
    units = round(abs(degrees) * 60e6)
    whole, rest = divmod(units, 60_000_000)
    return f"{whole:0{digits}d}{rest / 1e6:09.6f},{negative if degrees < 0 else positive}"


while True:
    now = time.time()
    time.sleep(1 - now % 1)
    second = round(time.time())
    turn = second % 120 / 120 * 2 * math.pi
    place = angle(46.2 + 0.004 * math.sin(turn), 2, "N", "S") + "," + angle(6.15 + 0.006 * math.cos(turn), 3, "E", "W")
    told = time.gmtime(second + offset)
    clock, date = time.strftime("%H%M%S.00", told), time.strftime("%d%m%y", told)
    course = f"{-math.degrees(turn) % 360:.2f}"
    try:
        os.write(master, sentence(f"GPGGA,{clock},{place},1,10,0.8,400.0,M,48.0,M,,")
                 + sentence("GPGSA,A,3,02,04,05,07,10,12,15,20,24,28,,,1.5,0.8,1.2")
                 + sentence(f"GPRMC,{clock},A,{place},45.20,{course},{date},,,A"))
    except BlockingIOError:
        pass  # Nobody reads, as on a line with nothing at its end.
