"""Calls the client as lines of JSON say, and answers with what came of it. One process serves a whole test."""

import asyncio
import base64
import concurrent.futures
import json
import sys
import threading

import moltflow

clients = {}
lock = threading.Lock()
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()


def client_of(order):
    key = json.dumps([order["mode"], order["client"]], sort_keys=True)
    with lock:
        if key not in clients:
            kind = moltflow.AsyncMoltFlow if order["mode"] == "async" else moltflow.MoltFlow
            clients[key] = kind(**order["client"])
        return clients[key]


def method_of(client, name):
    target = client
    for part in name.split("."):
        target = getattr(target, part, None) or getattr(target, part + "_")
    return target


def unpack(values):
    return {name: base64.b64decode(value["bytes"]) if isinstance(value, dict) and "bytes" in value else value for name, value in values.items()}


def run_sync(order):
    if order["kind"] == "verify":
        return moltflow.verify_webhook(base64.b64decode(order["body"]), order["headers"], order["secret"], now=order["now"])
    result = method_of(client_of(order), order["method"])(*order["path"], **unpack(order["input"]))
    if order["kind"] == "iterate":
        return list(result.iterate())
    if order["kind"] == "stream":
        events = []
        with result:
            for event in result:
                events.append(event)
                if len(events) == order["count"]:
                    break
        return events
    return result


async def run_async(order):
    result = method_of(client_of(order), order["method"])(*order["path"], **unpack(order["input"]))
    if order["kind"] == "iterate":
        return [entry async for entry in result]
    if order["kind"] == "stream":
        events = []
        async for event in result:
            events.append(event)
            if len(events) == order["count"]:
                break
        await result.aclose()
        return events
    return await result


def describe(error):
    facts = {"class": type(error).__name__, "message": str(error)}
    if isinstance(error, moltflow.ApiError):
        facts.update(
            status=error.status,
            detail=error.detail,
            code=error.code,
            requestId=error.request_id,
            requiredScopes=error.required_scopes,
            retryAfter=error.retry_after,
        )
    return facts


def serve(order):
    try:
        if order["mode"] == "async" and order["kind"] != "verify":
            value = asyncio.run_coroutine_threadsafe(run_async(order), loop).result()
        else:
            value = run_sync(order)
        if isinstance(value, bytes):
            value = {"bytes": base64.b64encode(value).decode()}
        answer = {"id": order["id"], "value": value}
    except Exception as error:  # whatever it is, the test wants to know
        answer = {"id": order["id"], "error": describe(error)}
    with lock:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


threads = concurrent.futures.ThreadPoolExecutor(8)
for line in sys.stdin:
    threads.submit(serve, json.loads(line))
