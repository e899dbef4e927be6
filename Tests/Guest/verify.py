"""Proves the gateway in a booted guest. See scripts/verify-guest.

    verify.py IMAGE FOLDER [CHECK…]

The checks run in their order, in one guest: each goes on from what the one before left.
"""

import json
import signal
import sys
import time

from delivery import Central
from machine import Failure, Machine, until

CONFIGURATION = """\
gateway: { id: guest-1 }
uplinks:
  local:
    mqtt: { url: mqtt://127.0.0.1:1883 }
    from: oldest
  central:
    mqtt: { url: mqtt://10.0.2.2:%d }
    from: oldest
    compress: deflate
    catch_up: unlimited
    batch: { records: 100, bytes: 100 KB, linger: 0 s }
"""
DEVICES = "devices:\n  gps:\n    driver: gpsd\n"
# The receiver drives round a circle; this zone lies on it.
RULES = """\
zones:
  depot: { circle: [6.156, 46.2], radius: 120 m, name: Depot }
rules:
  - name: visit
    on: { enter: depot, exit: depot }
    then: [ { event: geofence_event } ]
"""
HOOK = """\
#!/bin/sh
{ cat; echo; } >>/var/lib/waypost/hook.log
touch /etc/waypost/forbidden
"""
HOOK_RULE = """\
rules:
  - name: told
    on: { enter: depot, exit: depot }
    then: [ { run: { hook: mark } } ]
"""
SLOW = 300  # seconds; the longest wait for what takes a moment on a real box


class Checks:
    def __init__(self, machine, central):
        self.machine, self.central = machine, central
        self.last_sequence = 0

    # What the checks have in common.

    def status(self):
        return json.loads(self.machine.do("waypost status --format json"))["status"]

    def wait_status(self, what, accept, deadline=SLOW):
        last = None

        def look():
            nonlocal last
            code, text = self.machine.run("waypost status --format json")
            if code != 0:
                last = text
                return None
            last = json.loads(text)["status"]
            return last if accept(last) else None
        try:
            return until(what, deadline, look, every=1)
        except Failure as failure:
            raise Failure(f"{failure}; last status: {json.dumps(last)}") from None

    def property(self, name, unit="waypost"):
        return self.machine.do(f"systemctl show --property={name} --value {unit}")

    def write(self, path, text):
        self.machine.do(f"cat >{path} <<'END'\n{text}END")

    def drop_in(self, name, text):
        self.machine.do("mkdir -p /etc/systemd/system/waypost.service.d")
        self.write(f"/etc/systemd/system/waypost.service.d/{name}.conf", "[Service]\n" + text)
        self.machine.do("systemctl daemon-reload")

    def wait_active(self, what="the gateway to be ready"):
        self.machine.until(what, "systemctl is-active waypost", deadline=SLOW)

    def start_receiver(self):
        """A receiver appears on a serial line, and gpsd is told, as udev's rule does it for a real one."""
        self.machine.do("systemd-run --quiet --unit=receiver -p Restart=always python3 /payload/receiver.py /dev/ttyGPS0")
        self.machine.until("the receiver's line", "test -e /dev/ttyGPS0")
        self.machine.do("systemctl start gpsd.service")
        self.machine.until("gpsd to take the line", "gpsdctl add /dev/ttyGPS0")

    def caught_up(self):
        """Waits until everything that was committed by now has arrived at the central server; its last number."""
        committed = self.status()["journal"]["last"]
        until(f"record {committed} to arrive", SLOW, lambda: self.central.last() >= committed)
        return committed

    # The checks.

    def install(self):
        """apt's part: the package starts the gateway by itself; the shipped configuration is all comments."""
        self.machine.do("useradd --create-home technician; useradd --create-home visitor")
        self.machine.do("dpkg --install /payload/waypost_*.deb", timeout=SLOW)
        self.machine.do("adduser --quiet technician waypost 2>/dev/null || usermod -a -G waypost technician")
        self.wait_active()
        for name, value in (("Type", "notify"), ("SubState", "running"), ("NRestarts", "0"), ("User", "waypost")):
            if self.property(name) != value:
                raise Failure(f"{name} is {self.property(name)}")
        if not self.property("StatusText").startswith("running as "):
            raise Failure(f"StatusText: {self.property('StatusText')}")
        return self.property("StatusText")

    def sandbox(self):
        """The running unit is closed as far as the file says, in the kernel's own words."""
        report = self.machine.do("systemd-analyze security --no-pager --threshold=15 waypost | tail -n 1", timeout=SLOW)
        process = self.property("MainPID")
        kernel = dict(line.split(":\t", 1) for line in
                      self.machine.do(f"cat /proc/{process}/status").splitlines() if ":\t" in line)
        wanted = {"Seccomp": "2", "NoNewPrivs": "1", "CapBnd": "0" * 16, "CapEff": "0" * 16}
        for name, value in wanted.items():
            if kernel[name].strip() != value:
                raise Failure(f"{name} is {kernel[name]}")
        # ttyS, and by number the adapters whose driver isn't loaded yet; never a disk.
        groups = self.machine.do(f"ps -o supgrp= -p {process}")
        if "dialout" not in groups:
            raise Failure(f"groups: {groups}")
        return report.lstrip("→ ")

    def access(self):
        """Who is in the group waypost may ask; who isn't is told how to get in."""
        self.machine.do("runuser -u technician -- waypost status")
        code, text = self.machine.run("runuser -u visitor -- waypost status")
        if code != 2 or "join its group" not in text:
            raise Failure(f"a visitor got {code}: {text}")
        return self.machine.do("stat -c '%A %U %G %n' /run/waypost /run/waypost/control.sock").replace("\n", "; ")

    def clock_false(self):
        """Without NTP and without GPS the clock isn't trusted."""
        if self.machine.do("timedatectl show --property=NTPSynchronized --value") != "no":
            raise Failure("the guest's clock is synchronised already")
        clock = self.status()["clock"]
        if clock["trusted"]:
            raise Failure(f"trusted: {clock}")
        return json.dumps(clock)

    def hooks(self):
        """What programs can do under the very sandbox of the unit."""
        adapter = self.plug_in_adapter()
        unit = self.machine.do("cat /lib/systemd/system/waypost.service 2>/dev/null || cat /usr/lib/systemd/system/waypost.service")
        drop = ("Type=", "ExecStart", "ExecReload", "Restart", "WatchdogSec", "TimeoutS", "RuntimeDirectory", "WantedBy", "[Install]")
        kept = [line for line in unit.splitlines() if not line.startswith(drop)]
        self.write("/run/systemd/system/probe.service", "\n".join(kept) + "\n")
        self.machine.do("mkdir -p /run/systemd/system/probe.service.d")
        self.write("/run/systemd/system/probe.service.d/probe.conf",
                   "[Service]\nType=oneshot\nExecStart=/payload/probe.sh\nStandardOutput=file:/run/probe.out\n")
        self.machine.do("systemctl daemon-reload; systemctl start probe.service", timeout=SLOW)
        found = dict(reversed(line.split(" ", 1)) for line in self.machine.do("cat /run/probe.out").splitlines())
        allowed = {"read-configuration", "run-programs", "write-state", "write-tmp", "open-serial-line",
                   "open-usb-adapter", "connect-tcp", "resolve-names", "open-netlink", "ask-the-gateway", "ask-systemd"}
        wrong = [f"{verb} {what}" for what, verb in found.items() if (verb == "can") != (what in allowed)]
        if wrong or not allowed <= set(found):
            raise Failure(f"a hook {', '.join(wrong)}; all: {found}")
        return f"{len(allowed)} things allowed, {len(found) - len(allowed)} refused; {adapter}"

    def plug_in_adapter(self):
        """A USB serial adapter that comes when the gateway has long been running: its driver wasn't loaded then."""
        if self.machine.run("grep -q ttyUSB /proc/devices")[0] == 0:
            raise Failure("the driver of USB adapters is loaded before there is one")
        self.machine.monitor("chardev-add null,id=adapter")
        self.machine.monitor("device_add usb-serial,chardev=adapter,id=adapter,always-plugged=on")
        return self.machine.until(
            "the adapter", "stat -c '%n %A %G' /dev/ttyUSB0", accept=lambda said: "dialout" in said, deadline=SLOW).strip()

    def delivery(self):
        """A receiver that appears late on a serial line, gpsd, the gateway, and a broker: beside it, and far away."""
        self.write("/etc/waypost/waypost.yaml", CONFIGURATION % self.central.port)
        self.write("/etc/waypost/devices.d/gps.yaml", DEVICES)
        self.write("/etc/waypost/rules.d/visit.yaml", RULES)
        self.machine.do("runuser -u technician -- waypost check")
        self.machine.do("systemctl restart waypost")
        self.wait_active()
        self.wait_status("both uplinks to be connected", lambda s: [u["state"] for u in s["uplinks"]] == ["connected"] * 2)
        self.start_receiver()
        here = self.machine.do("mosquitto_sub -C 5 -W 120 -q 1 -t 'waypost/+/#' -F %t", timeout=150).split()
        until("positions at the central server", SLOW,
              lambda: sum(r["type"] == "position" for _, _, r in list(self.central.records)) >= 10)
        # Whatever isn't a line of its own is a library's complaint about the sandbox.
        foreign = self.machine.do("journalctl -u waypost _COMM=waypost -o cat --no-pager | grep -v '^waypost' || true")
        if foreign:
            raise Failure(f"in the log: {foreign[:500]}")
        return f"here {sorted(set(here))}, far away {self.central.judge()[0]} records"

    def clock_gps(self):
        """A receiver that tells the time steadily is believed."""
        clock = self.wait_status("GPS to set the clock", lambda s: s["clock"].get("source") == "gps")["clock"]
        return json.dumps(clock)

    def clock_timesyncd(self):
        """NTP wins, once timesyncd has synchronised the clock."""
        self.machine.do("systemd-run --quiet --unit=timeserver python3 /payload/timeserver.py")
        self.machine.do("mkdir -p /etc/systemd/timesyncd.conf.d")
        self.write("/etc/systemd/timesyncd.conf.d/guest.conf", "[Time]\nNTP=127.0.0.1\n")
        self.machine.do("systemctl start systemd-timesyncd")
        self.machine.until("timesyncd to synchronise", "test -e /run/systemd/timesync/synchronized", deadline=SLOW)
        clock = self.wait_status("NTP to be believed", lambda s: s["clock"].get("source") == "ntp")["clock"]
        return json.dumps(clock)

    def clock_other(self):
        """Another daemon than timesyncd leaves no marker: systemd's timedated is asked, which asks the kernel."""
        self.machine.do("systemctl stop systemd-timesyncd receiver")
        self.machine.do("test ! -e /run/systemd/timesync")
        self.machine.do("systemctl stop systemd-timedated; systemctl restart waypost")
        self.wait_active()
        clock = self.wait_status("NTP to be believed", lambda s: s["clock"].get("source") == "ntp")["clock"]
        # Whoever sets the clock by hand makes it unsynchronised; the step must not be believed.
        self.machine.do("timedatectl set-ntp false 2>/dev/null; date -s '+3 hours'")
        if self.machine.do("timedatectl show --property=NTPSynchronized --value") != "no":
            raise Failure("the kernel still calls the clock synchronised")
        before = self.status()["clock"]["utc"]
        time.sleep(35)  # Three looks at the clock; there is nothing to wait for where nothing may happen.
        after = self.status()["clock"]["utc"]
        self.machine.do("date -s '-3 hours'")
        if before[:10] == after[:10] and abs(int(after[11:13]) - int(before[11:13])) > 1:
            raise Failure(f"a clock set by hand was believed: {before}, then {after}")
        self.machine.do("systemctl start systemd-timesyncd; rm -f /dev/ttyGPS0")
        self.start_receiver()
        return f"{json.dumps(clock)}; set by hand by 3 h: {after}"

    def crash(self):
        """`kill -9`: systemd starts it again, and nothing is lost or invented."""
        before = int(self.property("NRestarts"))
        self.machine.do("kill -9 $(systemctl show -p MainPID --value waypost)")
        self.machine.until("systemd to restart it", f"test $(systemctl show -p NRestarts --value waypost) -eq {before + 1}")
        self.wait_active()
        self.caught_up()
        return "%d records, %d came again" % self.central.judge()

    def bad_configuration(self):
        """Exit code 78 is not tried again."""
        self.machine.do("sed -i 's/^uplinks:/upplinks:/' /etc/waypost/waypost.yaml")
        if self.machine.run("systemctl restart waypost", timeout=SLOW)[0] == 0:
            raise Failure("it started with a mistake in its configuration")
        self.machine.until("the unit to fail", "systemctl is-failed waypost")
        code, restarts = self.property("ExecMainStatus"), self.property("NRestarts")
        if code != "78" or restarts != "0":
            raise Failure(f"exit code {code}, {restarts} restarts")
        said = self.machine.do("journalctl -u waypost -n 20 -o cat | grep -m1 -A3 upplinks || true")
        self.machine.do("sed -i 's/^upplinks:/uplinks:/' /etc/waypost/waypost.yaml; systemctl restart waypost")
        self.wait_active()
        return said.splitlines()[0] if said else "no word in the log"

    def reload(self):
        """Changed files are taken while everything runs on, or refused while everything runs on."""
        def look():
            status = self.status()
            return len(status["zones"]), [u["connections"] for u in status["uplinks"]], self.property("MainPID")
        before = look()
        self.write("/etc/waypost/rules.d/yard.yaml", "zones:\n  yard: { circle: [6.144, 46.2], radius: 120 m }\n")
        self.machine.do("systemctl reload waypost", timeout=SLOW)
        if look() != (before[0] + 1, *before[1:]):
            raise Failure(f"a good file: {before}, then {look()}")
        good = look()
        self.write("/etc/waypost/rules.d/bad.yaml", "zones:\n  gate: { circle: [6.144, 46.2], radios: 120 m }\n")
        code, _ = self.machine.run("systemctl reload waypost", timeout=SLOW)
        said = self.machine.do("journalctl -u waypost -n 30 -o cat --no-pager | grep -m 1 bad.yaml")
        self.machine.do("rm /etc/waypost/rules.d/bad.yaml")
        if code == 0 or look() != good:
            raise Failure(f"a bad file: exit code {code}; {good}, then {look()}")
        self.machine.do("systemctl is-active waypost")
        return f"zones {before[0]} → {good[0]}; refused: {said}"

    def hook(self):
        """A rule runs a technician's program, in the gateway's sandbox, and what it may not do is said in the log."""
        self.write("/etc/waypost/hooks.d/mark", HOOK)
        self.write("/etc/waypost/rules.d/hook.yaml", HOOK_RULE)
        self.machine.do("chmod 755 /etc/waypost/hooks.d/mark; systemctl reload waypost", timeout=SLOW)
        said = self.machine.until("the hook to run", "grep -m 1 . /var/lib/waypost/hook.log", deadline=SLOW)
        if json.loads(said)["rule"] != "told":
            raise Failure(f"the hook was told: {said}")
        self.machine.until("the sandbox's word", "journalctl -u waypost -o cat --no-pager | grep -q 'forbidden.*Read-only file system'")
        self.machine.do("rm /etc/waypost/rules.d/hook.yaml; systemctl reload waypost", timeout=SLOW)
        return said.strip()[:200]

    def hang(self, what, freeze, thaw):
        before, log = int(self.property("NRestarts")), self.machine.do("date +%s")
        self.drop_in("watchdog", "WatchdogSec=10\nTimeoutAbortSec=5\n")
        self.machine.do("systemctl restart waypost")
        self.wait_active()
        self.wait_status("the uplinks to be connected again", lambda s: s["uplinks"][0]["state"] == "connected")
        before = int(self.property("NRestarts"))
        self.machine.do(freeze)
        try:
            self.machine.until(f"the watchdog to see {what}", f"journalctl -u waypost --since=@{log} -o cat | grep -q 'Watchdog timeout'")
        finally:
            self.machine.do(thaw)
        self.machine.until("systemd to restart it", f"test $(systemctl show -p NRestarts --value waypost) -gt {before}", deadline=SLOW)
        self.wait_active()
        self.machine.do("rm /etc/systemd/system/waypost.service.d/watchdog.conf; systemctl daemon-reload; systemctl restart waypost")
        self.wait_active()
        self.caught_up()
        return "%d records, %d came again" % self.central.judge()

    def watchdog_process(self):
        """A process that stands still."""
        return self.hang("the stopped process", "kill -STOP $(systemctl show -p MainPID --value waypost)", "true")

    def watchdog_disk(self):
        """A disk that takes nothing any more: every other thread runs, only the commit hangs."""
        return self.hang("the commit that hangs", "fsfreeze --freeze /var/lib/waypost", "fsfreeze --unfreeze /var/lib/waypost")

    def reboot(self):
        """The journal stays, numbers go on, nothing is repeated that was confirmed."""
        before = self.caught_up()
        journals = len(self.central.journals())
        self.machine.reboot()
        self.wait_active()
        self.start_receiver()
        until("records after the reboot", SLOW, lambda: self.central.last() > before + 10)
        self.caught_up()
        known, repeats = self.central.judge()
        if len(self.central.journals()) != journals:
            raise Failure("a clean reboot has changed the journal's id")
        return f"{known} records, {repeats} came again; record {before} before, {self.central.last()} after"

    def power_cut(self):
        """Power fails while records wait that nobody has: those that were committed come after the next start."""
        seen = []
        for _ in range(3):
            self.machine.do("ip route replace blackhole 10.0.2.2/32")
            self.wait_status("records to wait", lambda s: waiting(s, "central") >= 15)
            committed = self.status()["journal"]["last"]
            self.machine.cut_power()
            self.machine.turn_on()
            self.wait_active()
            until(f"record {committed} to arrive", SLOW, lambda: self.central.last() >= committed)
            self.start_receiver()
            seen.append(committed)
            self.caught_up()
        known, repeats = self.central.judge()
        return f"{known} records, {repeats} came again; committed before each cut: {seen}; journals {list(self.central.journals())}"

    def remove(self):
        """The unit ends in time and goes; what it kept stays until it is purged."""
        begin = time.monotonic()
        self.machine.do("systemctl stop waypost")
        took = time.monotonic() - begin
        if self.property("Result") != "success":
            raise Failure(f"Result: {self.property('Result')}")
        self.machine.do("dpkg --remove waypost; test -s /var/lib/waypost/journal.db", timeout=SLOW)
        return f"stopped in {took:.1f} s"


def waiting(status, uplink):
    return next(u["waiting"] for u in status["uplinks"] if u["name"] == uplink)


ORDER = ["install", "sandbox", "access", "clock_false", "hooks", "delivery", "clock_gps", "reload", "hook", "crash", "bad_configuration",
         "watchdog_process", "watchdog_disk", "clock_timesyncd", "clock_other", "reboot", "power_cut", "remove"]


def main(image, folder, wanted):
    machine, central = Machine(image, folder, f"{folder}/payload.img"), Central(folder)
    checks = Checks(machine, central)
    begin = time.monotonic()
    try:
        machine.turn_on()
        kernel = machine.do("uname -r; systemctl --version | head -n 1").replace("\n", ", ")
        print(f"booted in {time.monotonic() - begin:.0f} s: {kernel}", flush=True)
        for name in ORDER:
            if wanted and name not in wanted:
                continue
            start = time.monotonic()
            found = getattr(checks, name)()
            print(f"ok {name} ({time.monotonic() - start:.0f} s): {found}", flush=True)
        if machine.run("journalctl -o cat -b -p crit -q --no-pager")[1].strip():
            print("the log's critical lines:\n" + machine.do("journalctl -b -p crit -q --no-pager | tail -n 20"))
        print(f"verify-guest: passed in {(time.monotonic() - begin) / 60:.0f} min")
        return 0
    except Failure as failure:
        print(f"FAILED: {failure}", flush=True)
        return 1
    finally:
        try:
            if machine.process and machine.process.poll() is None:
                log = machine.run("journalctl -b -u waypost -u gpsd -u probe -u receiver --no-pager | tail -n 400; dmesg | tail -n 60")[1]
                with open(f"{folder}/guest.log", "w") as file:
                    file.write(log)
        except Failure as failure:
            print(f"no log from the guest: {failure}")
        machine.end()
        central.turn_off()


if __name__ == "__main__":
    # So that what was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
