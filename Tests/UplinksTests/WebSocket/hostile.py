#!/usr/bin/python3
"""A WebSocket server by hand that does to its first client whatever no library would, and behaves towards those after it.

    hostile.py PORT KIND
"""
import asyncio
import base64
import hashlib
import json
import struct
import sys
import zlib

port, kind = int(sys.argv[1]), sys.argv[2]
connections = 0


def say(**what):
    print(json.dumps(what), flush=True)


def frame(opcode, payload=b"", fin=True, rsv=0, length=None, mask=False):
    size = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit = 0x80 if mask else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 1 << 16:
        head += bytes([bit | 126]) + struct.pack(">H", size)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", size)
    return head + (b"\0\0\0\0" if mask else b"") + payload


def deflated(payload):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


async def flood(writer, piece, count):
    for _ in range(count):
        writer.write(piece)
        await writer.drain()


async def attack(writer):
    match kind:
        case "huge":
            writer.write(frame(1, b"x" * 1000, length=1 << 32))
            await flood(writer, b"x" * 65536, 5000)
        case "absurd":
            writer.write(frame(1, length=(1 << 64) - 1))
        case "large":
            writer.write(frame(1, b"x" * ((1 << 20) + 1)))
        case "endless":
            writer.write(frame(1, b"x" * 60000, fin=False))
            await flood(writer, frame(0, b"x" * 60000, fin=False), 5000)
        case "empty":
            writer.write(frame(1, b"", fin=False))
            await flood(writer, frame(0, b"", fin=False) * 1000, 1000)
        case "bomb":
            writer.write(frame(1, deflated(b" " * 300_000_000), rsv=4))
        case "notdeflate":
            writer.write(frame(1, b"\xff\xff\xff\xff", rsv=4))
        case "utf8":
            writer.write(frame(1, b'{"type":"\xc3\x28"}'))
        case "masked":
            writer.write(frame(1, b"{}", mask=True))
        case "reserved":
            writer.write(frame(1, b"{}", rsv=2))
        case "opcode":
            writer.write(frame(3, b"{}"))
        case "control":
            writer.write(frame(9, b"x" * 126))
        case "cutcontrol":
            writer.write(frame(9, b"x", fin=False))
        case "continuation":
            writer.write(frame(0, b"{}"))
        case "within":
            writer.write(frame(1, b"{", fin=False) + frame(1, b"}"))
        case "closecode":
            writer.write(frame(8, struct.pack(">H", 999)))
        case "closebyte":
            writer.write(frame(8, b"x"))
        case "nesting":
            writer.write(frame(1, b"[" * 500_000))
        case "acks":
            await flood(writer, frame(1, b'{"type":"ack","seq":77777}') * 100, 100)
            await flood(writer, frame(1, b'{"type":"ack","seqs":[[7,18446744073709551615]]}') * 100, 10)
            return True
        case "pings":
            # Never read: its pongs must not pile up over there.
            await flood(writer, frame(9, b"x" * 125) * 1000, 2500)
        case "cut":
            writer.write(frame(1, b"{}")[:-1])
            await asyncio.sleep(0.3)
            writer.transport.abort()
    await writer.drain()
    return False


async def read_frame(reader):
    first, second = await reader.readexactly(2)
    size = second & 127
    if size >= 126:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(size)
    return first, bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


async def behave(reader, writer):
    while True:
        first, payload = await read_frame(reader)
        if first & 15 == 8:
            say(closed=int.from_bytes(payload[:2], "big"))
            writer.write(frame(8, payload[:2]))
            return
        if first & 15 == 9:
            writer.write(frame(10, payload))
        if first & 15 == 1:
            if first & 0x40:
                payload = zlib.decompress(payload + b"\0\0\xff\xff\x03\0", -15)
            message = json.loads(payload)
            if message["type"] == "batch":
                say(stored=[record["seq"] for record in message["messages"]])
                writer.write(frame(1, json.dumps({"type": "ack", "batch": message["batch"]}).encode()))


async def serve(reader, writer):
    global connections
    connections += 1
    say(connected=connections)
    first = connections == 1
    try:
        if first and kind == "http":
            writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
            return await writer.drain()
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.lower().split(": ", 1) for line in request.split("\r\n")[1:] if line)
        key = next(line.split(": ", 1)[1] for line in request.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        accept = base64.b64encode(digest).decode()
        answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        if first and kind == "headers":
            writer.write(answer.encode())
            await flood(writer, b"X-Filler: " + b"x" * 1000 + b"\r\n", 300_000)
        if first and kind == "accept":
            # One in 64 begins with that letter as it should be.
            accept = ("y" if accept[0] == "x" else "x") + accept[1:]
        if first and kind == "parameters":
            answer += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99\r\n"
        elif first and kind == "extension":
            answer += "Sec-WebSocket-Extensions: permessage-brotli\r\n"
        elif "permessage-deflate" in fields.get("sec-websocket-extensions", ""):
            answer += "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n"
        if first and kind == "two":
            answer += "Sec-WebSocket-Protocol: chat\r\n"
        else:
            answer += "Sec-WebSocket-Protocol: waypost.v1\r\n"
        head = f"{answer}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        if first and kind == "together":
            # A ping and a stray answer in the very segment of the handshake's answer.
            writer.write(head + frame(1, b'{"type":"ack","seq":5}') + frame(9, b"x"))
            return await behave(reader, writer)
        writer.write(head)
        if first and kind != "together":
            if await attack(writer):
                return await behave(reader, writer)
            # Until the client leaves.
            while await reader.read(65536):
                pass
        else:
            await behave(reader, writer)
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        say(gone=True)
        writer.close()


async def main():
    await asyncio.start_server(serve, "127.0.0.1", port)
    say(listening=port)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
