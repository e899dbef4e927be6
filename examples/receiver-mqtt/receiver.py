#!/usr/bin/python3
"""Keeps every record that Waypost gateways send to an MQTT broker once, in SQLite: receiver.py DATABASE HOST PORT"""
import json
import sqlite3
import sys
import zlib

import paho.mqtt.client as mqtt

file, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
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


def on_connect(client, userdata, flags, code, properties=None):
    print("connected:", code, flush=True)
    client.subscribe([("waypost/+/+", 1), ("waypost/+/batch/z", 1)])


def on_message(client, userdata, delivery):
    # paho acknowledges when this returns. An error ends the program, the broker keeps the message, and whoever starts it again gets it.
    is_deflated = delivery.topic.endswith("/batch/z")
    message = json.loads(zlib.decompress(delivery.payload, -15) if is_deflated else delivery.payload)
    if message.get("type") and "journal" in message:  # not a status
        store(message)


# One name for ever and a session that outlives the connection: what comes while this program isn't there waits in the broker.
options = {"client_id": "receiver", "clean_session": False}
if hasattr(mqtt, "CallbackAPIVersion"):  # paho 2, Debian 13
    options["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION2
client = mqtt.Client(**options)
client.on_connect, client.on_message = on_connect, on_message
client.reconnect_delay_set(1, 30)
client.connect(host, port, keepalive=30)
client.loop_forever(retry_first_connection=True)
