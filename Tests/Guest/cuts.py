"""Cuts a guest's power at random moments, while the gateway in it records, and delivers or waits, under load. See scripts/verify-cuts.

    cuts.py IMAGE FOLDER CUTS SEED

After each cut: the guest starts again and so does the gateway, finding no damage; what was committed before (by what the server has, and
by what was said on the serial line) arrives; nothing is missing among all that was ever sent, nothing has two meanings, no event's id is
given twice, and nothing is reported as lost.
"""

import random
import re
import signal
import sys
import time

from delivery import Central
from machine import Failure, Machine, until

CONFIGURATION = """\
gateway: { id: guest-1 }
journal: { flush: 200 ms }
uplinks:
  central:
    mqtt: { url: mqtt://10.0.2.2:%d }
    from: oldest
    # So that whatever has come has come without a hole.
    order: strict
    compress: deflate
    catch_up: unlimited
    batch: { records: 200, bytes: 100 KB, linger: 0 s }
"""
SENSORS = [f"value_{index}" for index in range(30)]
# A vehicle at 10 Hz on a short line, and thirty sensors that change all the time.
DEVICES = """\
devices:
  gps: { driver: simulator, waypoints: [[6.150, 46.2], [6.158, 46.2]], every: 100 ms, speed: 120 km/h }
  genset:
    driver: simulator
    every: 500 ms
    metrics:
""" + "".join(f"      {name}: {{ from: 0, to: 1000, over: {17 + index} s }}\n" for index, name in enumerate(SENSORS))
RULES = """\
zones:
  depot: { circle: [6.154, 46.2], radius: 60 m }
report:
  - { signals: [gps.position], every: 100 ms }
  - { signals: [%s], every: 500 ms }
rules:
  - name: visit
    on: { enter: depot, exit: depot }
    then: [ { event: geofence_event } ]
""" % ", ".join(f"genset.{name}" for name in SENSORS)
WAYPOST = "/payload/package/usr/bin/waypost"
SLOW = 600  # seconds; the longest wait for what takes a moment where a processor isn't emulated


class Cuts:
    def __init__(self, machine, central, count, seed):
        self.machine, self.central = machine, central
        self.count, self.chance = count, random.Random(seed)
        self.console = 0

    def said(self):
        """What was said on the serial line since power was turned on."""
        with open(self.machine.console, "rb") as file:
            file.seek(self.console)
            return file.read()

    def head(self):
        """Where the journal stood by the last word on the serial line; 0 when nothing was said of it yet."""
        return max((int(number) for number in re.findall(rb"head (\d+) end", self.said())), default=0)

    def turn_on(self):
        with open(self.machine.console, "ab") as file:
            self.console = file.tell()
        self.machine.turn_on()

    def wait_for_head(self):
        def look():
            refused = re.search(rb"(REFUSED|Kernel panic).*", self.said())
            if refused:
                raise Failure(f"it doesn't start: {refused.group().decode()}\n{self.log()}")
            return self.head()
        return until("the gateway to run", SLOW, look, every=0.1)

    def log(self):
        return "\n".join(re.findall(r"waypost\| .*", self.said().decode("utf-8", "replace"))[-20:])

    def run(self):
        self.turn_on()
        self.wait_for_head()
        self.machine.do(f"{WAYPOST} record on --config /payload/waypost.yaml")
        committed, kinds = [], {}
        for number in range(1, self.count + 1):
            kind = self.chance.choice(["delivers", "delivers", "waits", "waits", "starts"])
            kinds[kind] = kinds.get(kind, 0) + 1
            if kind == "starts":
                # A cut, and another one soon after power is back: somewhere between the kernel's first word and the first commits.
                self.machine.cut_power()
                committed.append(max(self.head(), self.central.last()))
                with open(self.machine.console, "ab") as file:
                    self.console = file.tell()
                self.machine.turn_on(wait=False)
                until("the gateway to start", SLOW, lambda: b"STARTING" in self.said(), every=0.02)
                time.sleep(self.chance.uniform(0, 4))
            else:
                if kind == "waits":
                    self.machine.do("ip route replace blackhole 10.0.2.2/32")
                first = self.head()
                until("some commits", SLOW, lambda: self.head() > first + 50, every=0.05)
                time.sleep(self.chance.uniform(0, 4))
            self.machine.cut_power()
            committed.append(max(self.head(), self.central.last()))
            self.turn_on()
            self.wait_for_head()
            if re.search(rb"waypost\|.*(damage|set aside)", self.said()):
                raise Failure(f"cut {number} was taken for damage:\n{self.log()}")
            until(f"record {committed[-1]} to arrive", SLOW, lambda: self.central.last() >= max(committed), every=0.2)
            known, _ = self.central.judge()
            print(f"  cut {number} while it {kind}: {committed[-1]} committed before, {known} records so far", flush=True)
        return self.judge_end(committed, kinds)

    def judge_end(self, committed, kinds):
        head = self.head()
        until(f"record {head} to arrive", SLOW, lambda: self.central.last() >= head)
        known, repeats = self.central.judge()
        records = [record for _, _, record in list(self.central.records)]
        gaps = [record for record in records if record["type"] == "gap"]
        if gaps:
            raise Failure(f"reported as missing, though nothing is: {gaps[:3]}")
        events = len({record["event"]["id"] for record in records if "event" in record})
        self.machine.do(f"{WAYPOST} record export --config /payload/waypost.yaml /tmp/drive", timeout=SLOW)
        replayed = self.machine.do(f"{WAYPOST} replay --rules /payload/rules.d /tmp/drive 2>&1 | tail -n 2", timeout=SLOW)
        return (f"{self.count} cuts and {kinds.get('starts', 0)} more ({kinds}), {known} records, {events} events, {repeats} came again, "
                f"{len(self.central.journals())} journals, no gap; the recording over all of it: {replayed.strip()}")


def main(image, folder, count, seed):
    central = Central(folder)
    for name, text in (("waypost.yaml", CONFIGURATION % central.port), ("devices.d/load.yaml", DEVICES), ("rules.d/load.yaml", RULES)):
        with open(f"{folder}/payload/{name}", "w", encoding="ascii") as file:
            file.write(text)
    Machine.make_payload(f"{folder}/payload", f"{folder}/payload.img")
    machine = Machine(image, folder, f"{folder}/payload.img", bare=True)
    begin = time.monotonic()
    try:
        print(f"seed {seed}", flush=True)
        found = Cuts(machine, central, count, seed).run()
        print(f"verify-cuts: passed in {(time.monotonic() - begin) / 60:.0f} min: {found}")
        return 0
    except Failure as failure:
        print(f"FAILED: {failure}", flush=True)
        return 1
    finally:
        machine.end()
        central.turn_off()


if __name__ == "__main__":
    # So that what was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
