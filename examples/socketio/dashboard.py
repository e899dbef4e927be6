#!/usr/bin/python3
"""Watches a fleet in the terminal, a line for each thing that happens: dashboard.py URL"""
import asyncio
import json
import sys

import socketio

client = socketio.AsyncClient()


def tell(event):
    async def handler(data):
        print(event, json.dumps(data), flush=True)

    client.on(event, handler, namespace="/dashboard")


for name in ("vehicles:init", "vehicle:update", "vehicle:offline", "geofence:enter", "geofence:exit"):
    tell(name)


async def main():
    await client.connect(sys.argv[1], namespaces=["/dashboard"])
    await client.wait()


asyncio.run(main())
