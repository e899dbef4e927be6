"""A Modbus server of pymodbus' (3.0 of Debian 12, 3.8 of Debian 13) whose values tell where they come from.

    pymodbus_server.py tcp PORT SPEC | pymodbus_server.py rtu PATH SPEC

SPEC is JSON: {"UNIT": {"holding": [[first, last], ...], "input": [...], "coil": [...], "discrete": [...]}, ...}. A register that is
not there is an illegal data address; a unit that is not there says nothing. A register holds (UNIT * 4099 + ADDRESS * 31 + SALT) mod
65536, a bit its lowest bit, until something else is written. Lines on standard input, each answered by one on standard output:

    set UNIT TABLE ADDRESS VALUE    get UNIT TABLE ADDRESS    count UNIT TABLE ADDRESS    (how often it was written)
"""
import asyncio
import json
import os
import sys

from pymodbus import __version__ as version
from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartAsyncSerialServer, StartAsyncTcpServer

TABLES = {1: "coil", 5: "coil", 15: "coil", 2: "discrete", 3: "holding", 6: "holding", 16: "holding", 4: "input"}
SALT = {"coil": 1, "discrete": 2, "input": 3, "holding": 4}


class Unit(ModbusSlaveContext):
    def __init__(self, unit, ranges):
        super().__init__()
        self.unit, self.ranges, self.written, self.counts = unit, ranges, {}, {}

    def value(self, table, address):
        own = (self.unit * 4099 + address * 31 + SALT[table]) % 65536
        value = self.written.get((table, address), own)
        return bool(value & 1) if table in ("coil", "discrete") else value

    def validate(self, function, address, count=1):
        ranges = self.ranges.get(TABLES.get(function, ""), [])
        return all(any(low <= a <= high for low, high in ranges) for a in range(address, address + count))

    def getValues(self, function, address, count=1):
        return [self.value(TABLES[function], a) for a in range(address, address + count)]

    def setValues(self, function, address, values):
        for offset, value in enumerate(values):
            key = (TABLES[function], address + offset)
            self.written[key] = int(value)
            self.counts[key] = self.counts.get(key, 0) + 1


def command(units, words):
    unit, key = units[int(words[1])], (words[2], int(words[3]))
    if words[0] == "set":
        unit.written[key] = int(words[4])
        return "ok"
    if words[0] == "count":
        return str(unit.counts.get(key, 0))
    return str(int(unit.value(*key)))


def has_open(path):
    """Whether this process has the terminal open to which the path leads."""
    terminal, folder = os.path.realpath(path), "/proc/self/fd/"
    # The listing's own descriptor is closed again by then.
    return terminal in [os.path.realpath(folder + name) for name in os.listdir(folder)]


async def main():
    kind, place, units = sys.argv[1], sys.argv[2], {}
    for name, ranges in json.loads(sys.argv[3]).items():
        units[int(name)] = Unit(int(name), ranges)

    def ready():
        line = sys.stdin.readline()
        if not line:
            sys.exit(0)
        print(command(units, line.split()), flush=True)

    asyncio.get_running_loop().add_reader(sys.stdin, ready)
    context = ModbusServerContext(slaves=units, single=False)
    if kind == "tcp":
        # The test keeps the port for us; and another of our kind may have been there a moment ago.
        options = {"allow_reuse_address": True} if version.startswith("3.0") else {}
        server = StartAsyncTcpServer(
            context=context, address=("127.0.0.1", int(place)), ignore_missing_slaves=True, **options
        )
    else:
        options = {}
        if version.startswith("3.0"):
            from pymodbus.transaction import ModbusRtuFramer

            # It would answer what comes within its time-out as one frame.
            options = {"framer": ModbusRtuFramer, "timeout": 0.005}
        server = StartAsyncSerialServer(
            context=context, port=place, baudrate=115200, ignore_missing_slaves=True, **options
        )
    serving = asyncio.ensure_future(server)
    # What is asked on a line that nobody has open yet is lost.
    while kind == "rtu" and not has_open(place) and not serving.done():
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    await serving


asyncio.run(main())
