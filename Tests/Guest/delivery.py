"""On the host: the central server. A broker that the guest reaches, one subscriber, and the judge of what came."""

import json
import os
import socket
import subprocess
import threading
import zlib

from machine import Failure, until


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Central:
    """mosquitto and a subscriber that keeps all that comes, in the order of its coming."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.records = []  # of (journal, seq, record)
        self.broken = []
        self.broker = self.subscriber = None
        with open(f"{folder}/broker.conf", "w") as file:
            # The guest's connections come from QEMU itself, on the host's loopback.
            file.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        self.turn_on()

    def turn_on(self):
        log = open(f"{self.folder}/broker.log", "ab")
        self.broker = subprocess.Popen(["mosquitto", "-c", f"{self.folder}/broker.conf"], stdout=log, stderr=log)
        until("the host's broker to listen", 30, lambda: self._connects())
        self.subscriber = subprocess.Popen(
            ["mosquitto_sub", "-V", "5", "-p", str(self.port), "-q", "1", "-t", "waypost/#", "-F", "%t %x"],
            stdout=subprocess.PIPE, stderr=log)
        threading.Thread(target=self._listen, args=(self.subscriber,), daemon=True).start()
        # It has subscribed when it hears itself.
        def heard():
            subprocess.run(["mosquitto_pub", "-p", str(self.port), "-t", "waypost/probe", "-m", "{}"], check=False)
            return self.probed
        self.probed = False
        until("the host's subscriber to listen", 30, heard)

    def turn_off(self):
        for process in (self.broker, self.subscriber):
            if process and process.poll() is None:
                process.terminate()
                process.wait()

    def _connects(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _listen(self, subscriber):
        for line in subscriber.stdout:
            topic, _, text = line.decode().strip().partition(" ")
            if topic == "waypost/probe":
                self.probed = True
                continue
            if topic.endswith("/status"):
                continue
            try:
                payload = bytes.fromhex(text)
                message = json.loads(zlib.decompress(payload, -15) if topic.endswith("/z") else payload)
            except (ValueError, zlib.error) as error:
                self.broken.append(f"{topic}: {error}")
                continue
            for record in message["messages"] if message.get("type") == "batch" else [message]:
                self.records.append((message["journal"], record["seq"], record))

    def journals(self):
        """The ids of the journals that were heard of, in order, each with the numbers that came."""
        journals = {}
        for journal, number, _ in list(self.records):
            journals.setdefault(journal, set()).add(number)
        return journals

    def judge(self):
        """Nothing missing, nothing that has two meanings; how many records there were and how many came again."""
        if self.broken:
            raise Failure(f"messages that can't be read: {self.broken[:3]}")
        known, repeats, before = {}, 0, 0
        for journal, number, record in list(self.records):
            content = {key: value for key, value in record.items() if key != "late"}
            if (journal, number) in known:
                repeats += 1
                if known[journal, number] != content:
                    raise Failure(f"{journal} {number} came with two contents: {known[journal, number]}, {content}")
            known[journal, number] = content
        for journal, numbers in self.journals().items():
            missing = set(range(min(numbers), max(numbers) + 1)) - numbers
            if missing:
                raise Failure(f"journal {journal}: {len(missing)} records did not come, first {min(missing)}")
            if min(numbers) != before + 1:
                raise Failure(f"journal {journal} begins at {min(numbers)}; the one before it ended at {before}")
            before = max(numbers)
        events = [record["event"]["id"] for _, _, record in list(self.records) if "event" in record]
        distinct = {(journal, number) for journal, number, record in list(self.records) if "event" in record}
        if len(set(events)) != len(distinct):
            raise Failure("an event's id stands in two records")
        return len(known), repeats

    def last(self):
        return max((number for _, number, _ in list(self.records)), default=0)
