"""What a test tells a receiver to do while it runs, by lines of JSON on its standard input:

    {"pace": 1.0}       at most so many answers a second; null: at once
    {"refuse": true}    positions whose number leaves 7 when divided by 40 are refused
    {"settle": "FILE"}  FILE is made as soon as all that was read before has been taken
"""
import asyncio
import json
import pathlib
import sys


class Orders:
    def __init__(self):
        self.pace = None
        self.refusing = False
        self.next_turn = 0.0

    def refuse(self, record):
        return self.refusing and record.get("type") == "position" and record["seq"] % 40 == 7

    async def turn(self):
        """Returns when the next answer may go."""
        clock = asyncio.get_running_loop().time
        if self.pace:
            mine = self.next_turn = max(self.next_turn, clock()) + 1 / self.pace
            while self.pace and clock() < mine:
                await asyncio.sleep(0.05)

    def obey(self, line):
        order = json.loads(line)
        if "pace" in order:
            self.pace = order["pace"]
            self.next_turn = 0.0
        if "refuse" in order:
            self.refusing = order["refuse"]


async def obey_standard_input(orders):
    """Returns when whoever gave the orders has gone."""
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        orders.obey(line)
        if "settle" in json.loads(line):
            # Handlers that are about to begin, and what they begin, are before this in the loop.
            for _ in range(100):
                await asyncio.sleep(0.001)
            pathlib.Path(json.loads(line)["settle"]).touch()
