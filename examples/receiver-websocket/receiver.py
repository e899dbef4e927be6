#!/usr/bin/python3
"""Keeps every record of Waypost gateways that come by WebSocket once, in SQLite: receiver.py DATABASE PORT [TOKEN]"""
import asyncio
import json
import sqlite3
import sys

import websockets

file, port, token = sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None
database = sqlite3.connect(file)
database.executescript("""
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;  -- a commit is on the disk when it returns
    CREATE TABLE IF NOT EXISTS records (
        gateway TEXT, journal TEXT, seq INTEGER, type TEXT, timestamp TEXT, record TEXT,
        PRIMARY KEY (gateway, journal, seq));""")


def store(message):
    """All of a message's records or, where that fails, none: one transaction."""
    with database:
        for record in message["messages"] if message["type"] == "batch" else [message]:
            database.execute(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (message["gateway"], message["journal"], record["seq"], record["type"], record.get("timestamp"), json.dumps(record)))


async def gateway(socket):
    # Debian 13's websockets keeps the headers elsewhere than Debian 12's.
    headers = socket.request.headers if hasattr(socket, "request") else socket.request_headers
    if token and headers.get("Authorization") != f"Bearer {token}":
        return await socket.close(4003, "unknown token")
    try:
        async for text in socket:
            message = json.loads(text)
            if message["type"] in ("pong", "response"):
                continue
            store(message)
            number = "batch" if message["type"] == "batch" else "seq"
            await socket.send(json.dumps({"type": "ack", number: message[number]}))
    except websockets.ConnectionClosed:
        pass  # What had no answer comes again in the next connection.


async def main():
    async with websockets.serve(gateway, None, port, subprotocols=["waypost.v1"]):
        await asyncio.Future()


asyncio.run(main())
