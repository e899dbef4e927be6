#!/usr/bin/python3
"""A server as its developer would write it from docs/wire.md, which also misbehaves on demand. What it has stored it says on standard
output, a line of JSON for each thing that happens; it is Debian's python3-websockets, 10.4 or later.

    receiver.py PORT [--mode ack|seqs|seq|stall|random] [--nack SEQ,…] [--seed N] [--token T] [--greet TEXT]… [--close CODE]
                     [--redirect URL] [--status N] [--no-subprotocol] [--no-deflate] [--log FILE]

With --log each message is a line of FILE before it is answered. Lines on standard input are orders, see ../Receivers/orders.py.
"""
import argparse
import asyncio
import http
import json
import pathlib
import random
import sys

import websockets

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "Receivers"))
from orders import Orders, obey_standard_input
from received_log import ReceivedLog

parser = argparse.ArgumentParser()
parser.add_argument("port", type=int)
parser.add_argument("--mode", default="ack")
parser.add_argument("--nack", default="")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--calm-after", type=int, default=400)
parser.add_argument("--token")
parser.add_argument("--greet", action="append", default=[])
parser.add_argument("--close", type=int)
parser.add_argument("--status", type=int)
parser.add_argument("--redirect")
parser.add_argument("--no-subprotocol", action="store_true")
parser.add_argument("--no-deflate", action="store_true")
parser.add_argument("--log")
arguments = parser.parse_args()
orders = Orders()
log = ReceivedLog(arguments.log)

chance = random.Random(arguments.seed)
poison = {int(seq) for seq in arguments.nack.split(",") if seq}
messages = 0
connections = 0


def say(**what):
    print(json.dumps(what), flush=True)


def respond(connection, status, headers):
    """The answer to a handshake in the old interface of the library and in the new one."""
    if isinstance(connection, str):
        return (http.HTTPStatus(status), headers, b"")
    response = connection.respond(status, "")
    for name, value in headers:
        response.headers[name] = value
    return response


def process_request(first, second):
    path, headers = (first, second) if isinstance(first, str) else (second.path, second.headers)
    say(path=path, headers={name.lower(): value for name, value in headers.raw_items()})
    if arguments.redirect:
        return respond(first, 302, [("Location", arguments.redirect)])
    if arguments.status:
        return respond(first, arguments.status, [])
    if arguments.token:
        shown = [headers.get("Authorization", "").removeprefix("Bearer "), path.partition("access_token=")[2]]
        shown += [part.strip() for part in headers.get("Sec-WebSocket-Protocol", "").split(",")][2:]
        if arguments.token not in shown:
            return respond(first, 401, [])
    return None


async def later(first, second):
    return process_request(first, second)


def records(message):
    return message["messages"] if message["type"] == "batch" else [message]


def ranges(seqs):
    found = []
    for seq in sorted(seqs):
        if found and found[-1][1] == seq - 1:
            found[-1][1] = seq
        else:
            found.append([seq, seq])
    return found


async def answer(socket, message, good, bad):
    """Stores, then answers."""
    say(stored=good)
    for seq in bad:
        await socket.send(json.dumps({"type": "nack", "seq": seq, "error": "poison"}))
    if arguments.mode == "seqs":
        await socket.send(json.dumps({"type": "ack", "seqs": ranges(good)}))
    elif arguments.mode == "seq":
        for seq in good:
            await socket.send(json.dumps({"type": "ack", "seq": seq}))
    elif message["type"] == "batch":
        await socket.send(json.dumps({"type": "ack", "batch": message["batch"]}))
    elif good:
        await socket.send(json.dumps({"type": "ack", "seq": message["seq"]}))


async def misbehave(socket, message, good, bad):
    """True when it has done something else than answer."""
    match chance.randrange(14):
        case 0:
            return True  # forgotten
        case 1:
            say(stored=good)  # stored, and the answer lost
            return True
        case 2:
            transport = socket.transport
            transport.abort()
            return True
        case 3:
            await socket.close(chance.choice([1000, 1001, 1011, 1013]))
            return True
        case 4:
            some = chance.sample(good, len(good) // 2)
            say(stored=some)
            await socket.send(json.dumps({"type": "ack", "seqs": ranges(some)}))
        case 5:
            await socket.send(json.dumps({"type": "ack", "batch": 10**6}))
            await socket.send(json.dumps({"type": "ack", "seqs": [[10**6, 2 * 10**6]]}))
        case 6:
            await socket.send(chance.choice(["}{", "[]", '{"type":"weather"}', '{"type":"ack","seq":-1}', '"'] ))
        case 7:
            await answer(socket, message, good, bad)  # twice
        case 8 if len(good) > 1:
            spurious = chance.choice(good)
            good.remove(spurious)
            await socket.send(json.dumps({"type": "nack", "seq": spurious, "error": "spurious"}))
        case 9:
            await socket.ping()
            await socket.send('{"type":"ping"}')
        case 10:
            await asyncio.sleep(0.02)
    return False


async def handler(socket):
    global messages, connections
    connections += 1
    say(connected=connections, subprotocol=socket.subprotocol)
    if arguments.close:
        await socket.close(arguments.close, "so it is")
        return
    for text in arguments.greet:
        await socket.send(text)
    try:
        async for text in socket:
            message = json.loads(text)
            if message["type"] in ("pong", "response"):
                say(answer=message)
                continue
            messages += 1
            seqs = [record["seq"] for record in records(message)]
            say(got=seqs, batch=message.get("batch"))
            if arguments.mode == "stall" and connections == 1:
                continue
            bad = [record["seq"] for record in records(message) if record["seq"] in poison or orders.refuse(record)]
            good = [seq for seq in seqs if seq not in bad]
            log.write(text, bad)
            await orders.turn()
            if arguments.mode == "random" and messages < arguments.calm_after:
                if await misbehave(socket, message, good, bad):
                    continue
            await answer(socket, message, good, bad)
    except websockets.ConnectionClosed:
        pass
    say(closed=socket.close_code)


async def main():
    options = {"max_size": 1 << 22, "process_request": process_request if websockets.__version__ >= "14" else later}
    if not arguments.no_subprotocol:
        options["subprotocols"] = ["waypost.v1"]
    if arguments.no_deflate:
        options["compression"] = None
    async with websockets.serve(handler, "127.0.0.1", arguments.port, **options):
        say(listening=arguments.port)
        await obey_standard_input(orders)


asyncio.run(main())
