#!/usr/bin/env python3
"""A Sparkplug host by pysparkplug, which decodes, resolves aliases and finds types by the births that it has seen.

host.py PORT GROUP [HOST_ID]

Prints what it sees as lines of JSON, and `fault` where its own account of the node doesn't add up: a number of `seq` that is missing, data before a birth, a death
that fits no birth. On standard input: `online`, `offline` (the STATE of HOST_ID), `rebirth NODE`.
"""
import json
import sys
import threading
import time

import pysparkplug as psp
from pysparkplug import _protobuf as protobuf

port, group = int(sys.argv[1]), sys.argv[2]
host_id = sys.argv[3] if len(sys.argv) > 3 else None
lock = threading.Lock()
# By node: the number of the last message, and that of the birth.
seqs, births = {}, {}


def say(**line):
    with lock:
        print(json.dumps(line), flush=True)


def properties(metric):
    return {
        key: getattr(value, value.WhichOneof("value"))
        for key, value in zip(metric.properties.keys, metric.properties.values, strict=True)
    }


def follow(kind, node, payload):
    """Numbers of a node's messages ascend by one, and go round after 255; a death has the number of its birth."""
    if kind == "NDEATH":
        number = payload.bd_seq_metric.value
        if node in births and births[node] == number:
            seqs.pop(node, None)
            del births[node]
            return number
        # The death of a connection before the one that is here, or of one that was never born.
        return None
    if kind == "NBIRTH":
        births[node] = next(metric.value for metric in payload.metrics if metric.name == "bdSeq")
        if payload.seq != 0:
            say(fault=f"NBIRTH of {node} with seq {payload.seq}")
    elif node not in seqs:
        say(fault=f"{kind} of {node} before its birth")
    elif payload.seq != (seqs[node] + 1) % 256:
        say(fault=f"{kind} of {node} with seq {payload.seq} after {seqs[node]}")
    seqs[node] = payload.seq
    return births.get(node)


class Client(psp.Client):
    """Hands the properties over, which the library's own metrics leave out."""

    def _handle_message(self, mqtt_message):
        topic = psp.Topic.from_str(mqtt_message.topic)
        kind = str(getattr(topic.message_type, "value", topic.message_type))
        try:
            message = super()._handle_message(mqtt_message)
        except Exception as error:  # pylint: disable=broad-exception-caught
            say(fault=f"{mqtt_message.topic}: {type(error).__name__}: {error}")
            raise
        if kind in ("STATE", "NCMD", "DCMD"):
            return message
        raw = protobuf.Payload.FromString(mqtt_message.payload)
        payload = message.payload
        line = {"type": kind, "node": topic.edge_node_id, "device": topic.device_id, "bytes": len(mqtt_message.payload)}
        line["qos"], line["retained"] = mqtt_message.qos, mqtt_message.retain
        line["bdSeq"] = follow(kind, topic.edge_node_id, payload)
        line["seq"] = getattr(payload, "seq", None)
        line["timestamp"] = getattr(payload, "timestamp", None)
        line["metrics"] = [
            {
                "name": metric.name, "value": metric.value, "type": metric.datatype.name, "timestamp": metric.timestamp,
                "alias": metric.alias, "historical": metric.is_historical, "null": metric.is_null,
                "properties": properties(bare),
            }
            for metric, bare in zip(getattr(payload, "metrics", ()), raw.metrics)
        ]
        say(**line)
        return message


def state(client, online, timestamp):
    client.publish(
        psp.Message(
            topic=psp.Topic(message_type=psp.MessageType.STATE, sparkplug_host_id=host_id),
            payload=psp.State(timestamp=timestamp, online=online), qos=psp.QoS.AT_LEAST_ONCE, retain=True))


client = Client(client_id=f"host-{host_id or 'none'}-{port}", client_options=psp.ClientOptions(
    reconnection_delay_min=1, reconnection_delay_max=1))
# A session that the broker keeps, which Sparkplug has no use for: so that what a broker took while the host was away can be counted.
client._client._clean_session = False  # pylint: disable=protected-access
client.subscribe(psp.Topic(group_id=group, message_type="#"), psp.QoS.AT_LEAST_ONCE, lambda client, message: None)
# Not before the broker has the subscription: what is published meanwhile would be missed.
client._client.on_subscribe = lambda *_: say(connected=True)  # pylint: disable=protected-access
client.connect("127.0.0.1", port=port, keepalive=5)
for word in sys.stdin:
    words = word.split()
    if words[0] in ("online", "offline"):
        state(client, words[0] == "online", int(words[1]) if len(words) > 1 else int(time.time() * 1000))
    elif words[0] == "rebirth":
        client.publish(
            psp.Message(
                topic=psp.Topic(group_id=group, message_type=psp.MessageType.NCMD, edge_node_id=words[1]),
                payload=psp.NCmd(
                    timestamp=int(time.time() * 1000),
                    metrics=(
                        psp.Metric(
                            timestamp=int(time.time() * 1000), name="Node Control/Rebirth",
                            datatype=psp.DataType.BOOLEAN, value=True),
                    )), qos=psp.QoS.AT_MOST_ONCE, retain=False), include_dtypes=True)
    else:
        break
client.disconnect()
