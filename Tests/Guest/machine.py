"""A guest under QEMU's own processor emulation, and the commands that it is given."""

import json
import os
import socket
import subprocess
import time


class Failure(Exception):
    pass


def until(what, deadline, condition, every=0.5):
    """Waits for a condition; what it gives when it is true."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"{what}: not within {deadline} s")
        time.sleep(every)


class Machine:
    """One virtual machine with disks of its own over the cached one. Turned on and off like a box; its disks stay.

    `bare`: without systemd; see bare.sh."""

    def __init__(self, image, folder, payload, bare=False):
        self.image, self.folder, self.payload, self.bare = image, folder, payload, bare
        self.process = self.socket = None
        self.number = 0
        self.console = os.path.join(folder, "console.log")
        root, journal = f"{folder}/root.qcow2", f"{folder}/journal.qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", f"{image}/disk.img", "-F", "raw", root], check=True)
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", journal, "1G"], check=True)

    @staticmethod
    def make_payload(folder, image):
        """A disk with a folder's files, which the guest takes as /payload."""
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-L", "payload", "-d", folder, image, "96M"], check=True, stdout=subprocess.DEVNULL)

    def turn_on(self, wait=True):
        path, control = f"{self.folder}/agent.socket", f"{self.folder}/monitor.socket"
        for old in (path, control):
            if os.path.exists(old):
                os.unlink(old)
        disks = []
        for name, file, options in (("root", "root.qcow2", ""), ("journal", "journal.qcow2", ""),
                                    ("payload", self.payload, ",format=raw,readonly=on")):
            source = os.path.join(self.folder, file)
            disks += ["-drive", f"file={source},if=none,id={name},cache=writeback{options}",
                      "-device", f"virtio-blk-pci,drive={name},serial={name}"]
        with open(self.console, "ab") as console:
            self.process = subprocess.Popen(
                ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-machine", "q35", "-cpu", "max", "-smp", "1" if self.bare else "2", "-m", "1024",
                 "-display", "none", "-nodefaults", "-no-reboot", "-serial", "stdio", "-serial", "null",
                 "-chardev", f"socket,id=monitor,path={control},server=on,wait=off", "-mon", "chardev=monitor",
                 "-device", "qemu-xhci",
                 "-kernel", f"{self.image}/vmlinuz", "-initrd", f"{self.image}/initrd.img",
                 "-append", "root=/dev/vda rw console=ttyS0 systemd.show_status=no loglevel=6 tsc=unstable panic=-1"
                 + (" init=/sbin/bare" if self.bare else ""),
                 *disks,
                 "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=",
                 "-device", "virtio-rng-pci",
                 "-device", "virtio-serial-pci", "-chardev", f"socket,id=agent,path={path},server=on,wait=off",
                 "-device", "virtserialport,chardev=agent,name=agent"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        until("QEMU to start", 30, lambda: os.path.exists(path) or self._ended())
        self.socket = socket.socket(socket.AF_UNIX)
        until("QEMU to listen", 30, lambda: self.socket.connect_ex(path) == 0)
        self.pending = b""
        if wait:
            self.wait_for_boot()

    def _ended(self):
        if self.process.poll() is not None:
            raise Failure(f"QEMU ended with {self.process.returncode}; see {self.console}")
        return False

    def wait_for_boot(self):
        """Waits until it answers."""
        def booted():
            self._ended()
            try:
                return self.run("true", timeout=10)[0] == 0
            except Failure:
                return False
        until("the guest to boot", 600, booted)
        if self.bare:
            return
        self.run("systemctl is-system-running --wait", timeout=300)

    def monitor(self, command):
        """Gives QEMU a command, such as to plug something in."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(f"{self.folder}/monitor.socket")
            control.settimeout(10)
            heard = b""
            for line in ("", command):
                if line:
                    control.sendall(line.encode() + b"\n")
                while not heard.endswith(b"(qemu) "):
                    heard += control.recv(4096)
                said, heard = heard, b""
        if b"rror" in said:
            raise Failure(f"QEMU: {command}: {said.decode(errors='replace')}")

    def run(self, command, timeout=120):
        """Runs a shell command as root; its status and output."""
        self._ended()
        self.number += 1
        request = {"id": self.number, "command": command, "timeout": timeout}
        end = time.monotonic() + timeout + 10
        self.socket.settimeout(5)
        try:
            self.socket.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise Failure(f"the guest takes no command: {error}") from error
        while time.monotonic() < end:
            while b"\n" in self.pending:
                line, self.pending = self.pending.split(b"\n", 1)
                try:
                    answer = json.loads(line)
                except ValueError:
                    continue
                if answer.get("id") == self.number:
                    return answer["status"], answer["output"]
            try:
                piece = self.socket.recv(65536)
            except TimeoutError:
                self._ended()
                continue
            if not piece:
                raise Failure("QEMU hung up")
            self.pending += piece
        raise Failure(f"no answer within {timeout + 10} s to: {command}")

    def do(self, command, timeout=120):
        """Runs a command that must succeed; its output."""
        status, output = self.run(command, timeout)
        if status != 0:
            raise Failure(f"{command}\n    exit code {status}: {output.strip()}")
        return output.strip()

    def until(self, what, command, accept=None, deadline=120):
        """Repeats a command until it succeeds and its output is accepted; the output."""
        last = ""

        def try_once():
            nonlocal last
            status, last = self.run(command)
            return status == 0 and (accept is None or accept(last)) and (last or " ")
        try:
            return until(what, deadline, try_once)
        except Failure as failure:
            raise Failure(f"{failure}; last answer to `{command}`: {last.strip()[-2000:]}") from None

    def reboot(self):
        """Down in order, and up again: QEMU ends with the guest, since a machine that is reset under emulation may hang."""
        self.do("systemd-run --on-active=1 --timer-property=AccuracySec=100ms systemctl reboot")
        until("the guest to go down", 300, lambda: self.process.poll() is not None)
        self.socket.close()
        self.turn_on()

    def cut_power(self):
        """Ends the machine between two instructions; what its kernel had not given to the disk is gone."""
        self.process.kill()
        self.process.wait()
        self.socket.close()

    def end(self):
        if self.process and self.process.poll() is None:
            self.cut_power()
