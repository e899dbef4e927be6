"""A Modbus server of pymodbus' (3.0 of Debian 12, 3.8 of Debian 13) that is loaded with values by a profile's own map.

    profile_server.py PORT PROFILE UNIT SEED

It reads the profile by itself (ruamel.yaml), puts something into each register, by struct, and says on standard output what must be
read, as one line of JSON: {"SIGNAL": {"value": VALUE or null, "error": RELATIVE}, ...}; null where the value is bad. Nothing of Waypost
has a part in this. Registers that the map doesn't have are illegal data addresses. It ends with its standard input.
"""
import asyncio
import decimal
import json
import random
import re
import string
import struct
import sys

from pymodbus import __version__ as version
from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartAsyncTcpServer
from ruamel.yaml import YAML

FUNCTIONS = {1: "coil", 5: "coil", 15: "coil", 2: "discrete", 3: "holding", 6: "holding", 16: "holding", 4: "input"}
FORMATS = {"int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "int64": ">q", "uint64": ">Q", "float32": ">f", "float64": ">d"}
MODICON = {"0": "coil", "1": "discrete", "3": "input", "4": "holding"}


class Metric:
    def __init__(self, name, keys):
        self.name, self.keys = name, keys
        for self.table in ("coil", "discrete", "input", "holding"):
            if self.table in keys:
                self.address, self.base = keys[self.table], 0
                break
        else:
            digits = str(keys["register"]).rjust(5, "0")
            self.table, self.address, self.base = MODICON[digits[0]], int(digits[1:]) - 1, 1
        self.type = keys.get("type", "bool")
        self.factor = None
        if "scale_factor" in keys:
            written = keys["scale_factor"]
            self.factor = int(str(written).rjust(5, "0")[1:]) - 1 if self.base else written
        text = re.fullmatch(r"string\((\d+)\)", self.type)
        self.length = int(text.group(1)) if text else 0
        sizes = {"bool": 1, "bits": 1, "bits32": 2}
        self.count = (self.length + 1) // 2 if text else sizes.get(self.type) or struct.calcsize(FORMATS[self.type]) // 2

    def ordered(self, data):
        """Between the value's bytes, highest first, and those on the wire; its own inverse."""
        order = self.keys.get("order", "ABCD").upper()
        words = [data[i:i + 2] for i in range(0, len(data), 2)]
        if order in ("CDAB", "DCBA"):
            words.reverse()
        if order in ("BADC", "DCBA", "BA"):
            words = [word[::-1] for word in words]
        return b"".join(words)

    def fields(self):
        """Of named bits: name, lowest, width, map."""
        for name, where in self.keys["bits"].items():
            if isinstance(where, int):
                yield name, where, 1, None
            else:
                yield name, where["from"], where["to"] - where["from"] + 1, where.get("map")

    def invalid(self):
        marks = self.keys.get("invalid", [])
        return marks if isinstance(marks, list) else [marks]

    def fill(self, chance):
        """Something that the device could hold, as bytes on the wire."""
        if self.length:
            text = "".join(chance.choices(string.ascii_letters + string.digits, k=chance.randint(0, self.length)))
            padding = chance.choice(("\0", " "))
            return self.ordered(text.ljust(self.count * 2, padding).encode())
        size = self.count * 2
        if self.invalid() and chance.random() < 0.15:
            return self.ordered((chance.choice(self.invalid()) & (1 << 8 * size) - 1).to_bytes(size, "big"))
        if self.type in ("bits", "bits32"):
            bits = chance.getrandbits(8 * size)
            for _, low, width, names in self.fields():
                if names:
                    bits = bits & ~((1 << width) - 1 << low) | int(chance.choice(list(names))) << low
            return self.ordered(bits.to_bytes(size, "big"))
        if "map" in self.keys:
            number = int(chance.choice(list(self.keys["map"])))
            return self.ordered(struct.pack(FORMATS.get(self.type, ">H"), number))
        if self.type == "bool":
            return struct.pack(">H", chance.randint(0, 1))
        if self.type.startswith("float"):
            low, high = self.keys.get("min", -1e4), self.keys.get("max", 1e6)
            raw = (chance.uniform(low, high) - self.keys.get("offset", 0)) / self.keys.get("scale", 1)
            return self.ordered(struct.pack(FORMATS[self.type], raw))
        bits = 8 * size
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if self.type.startswith("int") else (0, (1 << bits) - 1)
        # As often small as large, so that each of the bytes counts.
        number = chance.randint(low, high) >> chance.choice((0, 0, bits // 4, bits // 2))
        return self.ordered(struct.pack(FORMATS[self.type], number))

    def readings(self, registers):
        """What must be read: (signal, value or None, relative error)."""
        wire = b"".join(struct.pack(">H", registers[self.table, self.address + i]) for i in range(self.count))
        data = self.ordered(wire)
        if self.length:
            yield self.name, data[:self.length].split(b"\0")[0].decode().rstrip(" "), 0
            return
        bits = int.from_bytes(data, "big")
        is_bad = bits in [mark & (1 << 8 * len(data)) - 1 for mark in self.invalid()]
        if self.type in ("bits", "bits32"):
            for name, low, width, names in self.fields():
                number = bits >> low & (1 << width) - 1
                value = names.get(number) if names else bool(number) if width == 1 else number
                yield name, None if is_bad else value, 0
            return
        raw = bits if self.type == "bool" else struct.unpack(FORMATS[self.type], data)[0]
        if "map" in self.keys:
            yield self.name, None if is_bad else self.keys["map"].get(raw), 0
        elif self.type == "bool":
            yield self.name, raw != 0, 0
        else:
            exponent = 0
            if self.factor is not None:
                exponent = struct.unpack(">h", struct.pack(">H", registers[self.table, self.factor]))[0]
            with decimal.localcontext() as context:
                context.prec = 60
                value = decimal.Decimal(raw) * decimal.Decimal(str(self.keys.get("scale", 1))) * decimal.Decimal(10) ** exponent
                value = float(value + decimal.Decimal(str(self.keys.get("offset", 0))))
            is_out = value < self.keys.get("min", value) or value > self.keys.get("max", value)
            yield self.name, None if is_bad or is_out else value, 1e-7 if self.type == "float32" else 1e-14


class Device(ModbusSlaveContext):
    def __init__(self, registers):
        super().__init__()
        self.registers = registers

    def validate(self, function, address, count=1):
        return all((FUNCTIONS.get(function), a) in self.registers for a in range(address, address + count))

    def getValues(self, function, address, count=1):
        values = [self.registers[FUNCTIONS[function], a] for a in range(address, address + count)]
        return [bool(value) for value in values] if FUNCTIONS[function] in ("coil", "discrete") else values

    def setValues(self, function, address, values):
        for offset, value in enumerate(values):
            self.registers[FUNCTIONS[function], address + offset] = int(value)


async def main():
    port, path, unit, chance = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), random.Random(int(sys.argv[4]))
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    with open(path) as file:
        metrics = [Metric(name, keys) for name, keys in reader.load(file)["metrics"].items()]
    registers = {}
    for metric in metrics:
        if metric.factor is not None:
            registers[metric.table, metric.factor] = struct.unpack(">H", struct.pack(">h", chance.randint(-4, 4)))[0]
            # What lies between a value and its factor is there, whether or not a metric has it.
            for address in range(metric.address, metric.factor):
                registers.setdefault((metric.table, address), 0)
    for metric in metrics:
        wire = metric.fill(chance)
        for i in range(metric.count):
            registers[metric.table, metric.address + i] = struct.unpack(">H", wire[2 * i:2 * i + 2])[0]
    expected = {}
    for metric in metrics:
        for signal, value, error in metric.readings(registers):
            expected[signal] = {"value": value, "error": error}
    print(json.dumps(expected), flush=True)

    def command():
        if not sys.stdin.readline():
            sys.exit(0)

    asyncio.get_running_loop().add_reader(sys.stdin, command)
    context = ModbusServerContext(slaves={unit: Device(registers)}, single=False)
    # The test keeps the port for us.
    options = {"allow_reuse_address": True} if version.startswith("3.0") else {}
    await StartAsyncTcpServer(context=context, address=("127.0.0.1", port), **options)


asyncio.run(main())
