"""What a receiver has received, a line of JSON each, which is with the kernel before the answer goes: it outlives the process."""
import os


class ReceivedLog:
    def __init__(self, path):
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644) if path else None
        # A line that was cut off by a kill was never answered for; it stays alone.
        if path and (size := os.fstat(self.file).st_size) and os.pread(self.file, 1, size - 1) != b"\n":
            os.write(self.file, b"\n")

    def write(self, message, refused, event=None):
        """`message`: as it came, JSON. `refused`: numbers of records in it that will be refused."""
        if self.file is None:
            return
        name = f'"event":"{event}",' if event else ""
        line = f'{{{name}"refused":{refused},"message":{message}}}\n'.encode()
        while line:
            line = line[os.write(self.file, line):]
