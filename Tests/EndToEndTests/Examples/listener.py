#!/usr/bin/python3
"""A waypost.v1 server that writes down each message as it came, a line of JSON {"text": …}, and answers it: listener.py PORT

It asks once whether the gateway is there, gives it a command that there is not, and refuses the first record that it hears of once.
"""
import asyncio
import json
import sys

import websockets


async def gateway(socket):
    await socket.send('{"type":"ping"}')
    await socket.send('{"type":"command","id":"c-1","name":"sing","args":{"verses":2}}')
    refused = False
    try:
        async for text in socket:
            print(json.dumps({"text": text}), flush=True)
            message = json.loads(text)
            if message["type"] in ("pong", "response"):
                continue
            if not refused:
                refused = True
                first = message["messages"][0] if message["type"] == "batch" else message
                await socket.send(json.dumps({"type": "nack", "seq": first["seq"], "error": "not today"}))
            number = "batch" if message["type"] == "batch" else "seq"
            await socket.send(json.dumps({"type": "ack", number: message[number]}))
    except websockets.ConnectionClosed:
        pass


async def main():
    async with websockets.serve(gateway, "127.0.0.1", int(sys.argv[1]), subprotocols=["waypost.v1"]):
        await asyncio.Future()


asyncio.run(main())
