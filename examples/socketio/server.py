#!/usr/bin/python3
"""A fleet's Socket.IO server: vehicles on /vehicles, people who watch them on /dashboard: server.py DATABASE PORT

Debian has no Socket.IO for Node, so this is python-socketio; the protocol, the namespaces and the events are the same.
"""
import json
import sqlite3
import sys

import socketio
from aiohttp import web

file, port = sys.argv[1], int(sys.argv[2])
database = sqlite3.connect(file)
database.executescript("""
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS records (
        gateway TEXT, journal TEXT, seq INTEGER, type TEXT, timestamp TEXT, record TEXT,
        PRIMARY KEY (gateway, journal, seq));""")
server = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*")
application = web.Application()
server.attach(application)
vehicles = {}  # By their name, what the dashboards show of them.
connections = {}  # By vehicle, the connection that counts: the newest.


def store(record):
    """Whether it is new. What returns here is on the disk, so that the handler may acknowledge by returning."""
    with database:
        return 0 < database.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (record["gateway"], record["journal"], record["seq"], record["type"], record.get("timestamp"), json.dumps(record))).rowcount


@server.on("connect", namespace="/vehicles")
async def vehicle_comes(sid, environ, auth):
    # Here a token in `auth` would be looked at.
    if not isinstance(auth, dict) or not auth.get("vehicleId"):
        raise socketio.exceptions.ConnectionRefusedError("auth.vehicleId is missing")
    name = auth["vehicleId"]
    connections[name] = sid
    await server.save_session(sid, {"vehicle": name}, namespace="/vehicles")
    vehicles.setdefault(name, {"vehicleId": name})["online"] = True
    await server.emit("vehicle:update", vehicles[name], namespace="/dashboard")


@server.on("position", namespace="/vehicles")
async def position(sid, data):
    if not store(data):
        return
    vehicle = vehicles[(await server.get_session(sid, namespace="/vehicles"))["vehicle"]]
    # What was kept in a tunnel comes beside what is new; it belongs to the track, not to the map.
    if data.get("late") and data.get("timestamp", "") < vehicle.get("timestamp", ""):
        return
    vehicle.update({key: data.get(key) for key in ("lng", "lat", "speed", "heading", "timestamp")})
    await server.emit("vehicle:update", vehicle, namespace="/dashboard")


@server.on("geofence_event", namespace="/vehicles")
async def geofence_event(sid, data):
    if not store(data):
        return
    name = (await server.get_session(sid, namespace="/vehicles"))["vehicle"]
    event, place = data["event"], data["event"]["location"]
    await server.emit(
        "geofence:enter" if event["event_type"] == "entry" else "geofence:exit",
        {"vehicleId": name, "geofenceId": event["geofence_id"], "geofenceName": event.get("geofence_name"), "lng": place["longitude"],
         "lat": place["latitude"], "timestamp": data.get("timestamp")},
        namespace="/dashboard")


@server.on("*", namespace="/vehicles")
async def anything_else(event, sid, data):
    store(data)


@server.on("disconnect", namespace="/vehicles")
async def vehicle_goes(sid, *reason):
    for name, connection in list(connections.items()):
        # One that has come back meanwhile by another connection isn't gone.
        if connection == sid:
            del connections[name]
            vehicles[name]["online"] = False
            await server.emit("vehicle:offline", {"vehicleId": name}, namespace="/dashboard")


@server.on("connect", namespace="/dashboard")
async def dashboard_comes(sid, environ, auth=None):
    async def welcome():
        await server.sleep(0.1)  # It is connected only when this handler has returned.
        await server.emit("vehicles:init", list(vehicles.values()), to=sid, namespace="/dashboard")

    server.start_background_task(welcome)


web.run_app(application, port=port, print=None)
