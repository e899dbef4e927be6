#!/usr/bin/python3
"""Keeps what Waypost gateways send to an MQTT 5 broker in PostgreSQL with PostGIS: receiver.py NAME HOST PORT [DATABASE]

Start as many as you like, each under a NAME of its own that it keeps for ever: they share the work, and what one of them had in hand when it died
it gets again. DATABASE is a connection string of libpq's, `dbname=fleet` unless given.
"""
import sys
import zlib

import paho.mqtt.client as mqtt
import psycopg2
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

name, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
database = psycopg2.connect(sys.argv[4] if len(sys.argv) > 4 else "dbname=fleet")


def on_connect(client, userdata, flags, code, properties=None):
    print("connected:", code, flush=True)
    # Each message goes to one of those who share. How gateways are is heard by all, with QoS 0: of that only the newest counts, and it is retained.
    client.subscribe([(f"$share/postgis/waypost/+/{topic}", mqtt.SubscribeOptions(qos=1)) for topic in ("+", "batch/z")])
    client.subscribe("waypost/+/status", options=mqtt.SubscribeOptions(qos=0))


def store(topic, payload):
    gateway, kind = topic.split("/")[1:3]
    text = (zlib.decompress(payload, -15) if topic.endswith("/z") else payload).decode()
    statement, values = ("SELECT take_status(%s, %s)", (gateway, text)) if kind == "status" else ("SELECT take(%s)", (text,))
    with database, database.cursor() as cursor:
        cursor.execute(statement, values)


def on_message(client, userdata, delivery):
    # paho acknowledges when this returns. Where the database fails, the program ends; the broker keeps the message for it.
    if delivery.topic.endswith("/status") and delivery.qos > 0:
        return  # The shared copy, which may have waited and be old.
    try:
        store(delivery.topic, delivery.payload)
    except (psycopg2.DataError, psycopg2.IntegrityError, ValueError, zlib.error) as error:
        # No database will ever take it: put aside, not to be stumbled over for ever.
        print(f"refused: {delivery.topic}: {error}", file=sys.stderr, flush=True)
        with database, database.cursor() as cursor:
            cursor.execute("INSERT INTO refused (topic, payload, error) VALUES (%s, %s, %s)", (delivery.topic, delivery.payload, str(error)))


options = {"client_id": f"postgis-{name}", "protocol": mqtt.MQTTv5}
if hasattr(mqtt, "CallbackAPIVersion"):  # paho 2, Debian 13
    options["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION2
client = mqtt.Client(**options)
client.on_connect, client.on_message = on_connect, on_message
# What waits for this name waits for a week.
session = Properties(PacketTypes.CONNECT)
session.SessionExpiryInterval = 7 * 24 * 3600
client.connect(host, port, keepalive=30, clean_start=False, properties=session)
client.loop_forever(retry_first_connection=True)
