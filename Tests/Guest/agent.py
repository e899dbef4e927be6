"""In the guest: runs what the host asks for over a virtio-serial port, as root.

A request is a line of JSON, {"id", "command", "timeout"}; the answer {"id", "status", "output"}. The status is the shell's, or 124
where the time ran out.
"""

import json
import subprocess
import sys
import time


def run(request):
    try:
        done = subprocess.run(
            ["/bin/bash", "-c", request["command"]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=request["timeout"])
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        return 124, late.stdout or b""


with open(sys.argv[1], "r+b", buffering=0) as port:
    pending = b""
    while True:
        piece = port.read(65536)
        if not piece:  # Nobody is at the other end.
            time.sleep(0.1)
            continue
        *lines, pending = (pending + piece).split(b"\n")
        for line in lines:
            try:
                request = json.loads(line)
            except ValueError:  # The rest of what was meant for another boot.
                continue
            status, output = run(request)
            answer = {"id": request["id"], "status": status, "output": output.decode("utf-8", "replace")[-200_000:]}
            port.write(json.dumps(answer).encode() + b"\n")
