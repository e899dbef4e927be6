#!/usr/bin/python3
"""Asks pages that are open in a Chromium with --remote-debugging-port: look.py PORT < EXPRESSIONS

Each line of input is a JavaScript expression; its value comes back as a line of JSON, or as {"error": …}. A line `!screenshot FILE` saves a picture.
"""
import asyncio
import base64
import json
import sys
import urllib.request

import websockets


async def main():
    pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/json"))
    page = next(page for page in pages if page["type"] == "page")
    async with websockets.connect(page["webSocketDebuggerUrl"], max_size=None) as socket:
        number = 0

        async def ask(method, **parameters):
            nonlocal number
            number += 1
            await socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
            while True:
                answer = json.loads(await socket.recv())
                if answer.get("id") == number:
                    return answer.get("result", answer)

        for line in sys.stdin:
            if line.startswith("!screenshot "):
                picture = await ask("Page.captureScreenshot", format="png")
                with open(line.split()[1], "wb") as file:
                    file.write(base64.b64decode(picture["data"]))
                continue
            answer = await ask("Runtime.evaluate", expression=line, returnByValue=True)
            failed = "exceptionDetails" in answer or "result" not in answer
            print(json.dumps({"error": answer} if failed else answer["result"].get("value")), flush=True)


asyncio.run(main())
