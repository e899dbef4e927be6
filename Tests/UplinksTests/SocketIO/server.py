#!/usr/bin/python3
"""A Socket.IO server as the field's tutorials write it, on Debian's python3-socketio and aiohttp.

    server.py PORT [--vehicle ID] [--namespace NS] [--nack SEQ,…] [--silent] [--random SEED] [--log FILE]
              [--command JSON]

With --log each record is a line of FILE before it is acknowledged. Lines on standard input are orders, see ../Receivers/orders.py.
"""
import argparse
import asyncio
import json
import pathlib
import random
import sys

import socketio
from aiohttp import web

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "Receivers"))
from orders import Orders, obey_standard_input
from received_log import ReceivedLog

parser = argparse.ArgumentParser()
parser.add_argument("port", type=int)
parser.add_argument("--vehicle")
parser.add_argument("--namespace", default="/vehicles")
parser.add_argument("--nack", default="")
parser.add_argument("--silent", action="store_true")
parser.add_argument("--random", type=int)
parser.add_argument("--command")
parser.add_argument("--ping", type=float, default=25)
parser.add_argument("--log")
arguments = parser.parse_args()
orders = Orders()
log = ReceivedLog(arguments.log)
poison = {int(seq) for seq in arguments.nack.split(",") if seq}
chance = random.Random(arguments.random)
events = 0
connections = 0
transports = {}

server = socketio.AsyncServer(async_mode="aiohttp", ping_interval=arguments.ping)
application = web.Application()
server.attach(application)


def say(**what):
    print(json.dumps(what), flush=True)


class Vehicles(socketio.AsyncNamespace):
    async def on_connect(self, sid, environ, auth):
        global connections
        say(auth=auth, path=environ["PATH_INFO"] + "?" + environ["QUERY_STRING"])
        if arguments.vehicle and (auth or {}).get("vehicleId") != arguments.vehicle:
            raise socketio.exceptions.ConnectionRefusedError("unknown vehicle")
        connections += 1
        transports[sid] = environ["aiohttp.request"].transport
        say(connected=connections)
        await self.emit("welcome", {"text": "hello"}, room=sid)
        if arguments.command:
            command = json.loads(arguments.command)
            await self.emit("command", command, room=sid, callback=lambda answer: say(called=answer))
            await self.emit("command", command, room=sid)

    async def on_disconnect(self, sid):
        say(closed=True)

    async def trigger_event(self, event, *args):
        global events
        if event in ("connect", "disconnect"):
            return await super().trigger_event(event, *args)
        sid, record = args
        if event == "response":
            return say(response=record)
        events += 1
        calm = arguments.random is None or events > 150
        if not calm and chance.randrange(40) == 0:
            transports[sid].abort()
            return None
        is_refused = record["seq"] in poison or orders.refuse(record) or not calm and chance.randrange(40) == 0
        log.write(json.dumps(record), [record["seq"]] if is_refused else [], event=event)
        await orders.turn()
        if is_refused:
            return {"error": "poison"}
        say(event=event, stored=[record["seq"]], record=record)
        if not calm and chance.randrange(30) == 0:
            await self.disconnect(sid)
        return None if arguments.silent else {"status": "ok"}


server.register_namespace(Vehicles(arguments.namespace))


async def main():
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", arguments.port).start()
    say(listening=arguments.port)
    await obey_standard_input(orders)


asyncio.run(main())
