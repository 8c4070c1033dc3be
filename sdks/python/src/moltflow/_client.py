"""Requests: credentials, time limits, further attempts, errors."""

from __future__ import annotations

import asyncio
import concurrent.futures
import datetime
import json
import os
import random
import re
import secrets
import threading
import time
import urllib.parse
import uuid
from typing import Any, AsyncIterator, Callable, Dict, Iterator, Mapping, NamedTuple, Optional, TypeVar, Union

from ._errors import ApiError, ConnectionError, MoltFlowError, error_of
from ._files import encode_form
from ._spec import Spec
from ._transport import Answer, Transport

_HOSTED_SERVICE = "https://apiv2.waiflow.app"
_VERSION = "0.1.0"
#: Seconds without a byte after which a stream counts as lost: the server says something every 20.
_SILENCE = 65.0
_MOST_WAIT = 30.0

#: Names that every method takes beside its own.
OPTIONS = ("idempotency_key", "respond_async", "last_event_id", "timeout", "max_retries", "headers")


class Call(NamedTuple):
    """One call of a method: how it is asked, with what."""

    spec: Spec
    path: str
    values: Dict[str, Any]
    options: Dict[str, Any]


class _Request(NamedTuple):
    method: str
    target: str
    headers: Dict[str, str]
    body: Optional[bytes]
    is_repeatable: bool


class Client:
    """Sends requests and waits for the answers. Safe for threads."""

    def __init__(
        self,
        api_key: Optional[str] = None,
        base_url: Optional[str] = None,
        *,
        access_token: Union[str, Callable[[], str], None] = None,
        timeout: float = 60.0,
        max_retries: int = 2,
        max_retry_delay: float = 60.0,
        headers: Optional[Mapping[str, str]] = None,
    ) -> None:
        #: The server's address without a slash at its end.
        self.base_url = _read_address(base_url or os.environ.get("MOLTFLOW_API_URL", "").strip() or _HOSTED_SERVICE)
        self.timeout = timeout
        self.max_retries = max_retries
        self.max_retry_delay = max_retry_delay
        self._access_token = None if api_key else access_token
        key = api_key or (None if access_token else os.environ.get("MOLTFLOW_API_KEY", "").strip() or None)
        self._headers = {"user-agent": f"moltflow-python/{_VERSION}", **_check_headers(headers)}
        if key is not None:
            self._headers["x-api-key"] = _read_secret("API key", key)
        self._transport = Transport(self.base_url)
        self._prefix = urllib.parse.urlsplit(self.base_url).path

    def close(self) -> None:
        """Ends the connections that are kept."""
        self._transport.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Any:
        """Reaches what has no method here: JSON in, JSON, text or bytes out."""
        spec = Spec(f"{method} {path}{'' if body is None else ' body'}")
        given = {"timeout": timeout, "max_retries": max_retries, "headers": headers}
        request = self._prepare(Call(spec, path, {}, given), query=query, body=body)
        return self._send(request, given, _read_body)

    def call(self, call: Call) -> Any:
        """The answer of an operation."""
        return self._send(self._prepare(call), call.options, _read_body)

    def stream(self, call: Call) -> "EventStream[Any]":
        """The events of an operation that is a stream."""
        return EventStream(self, call)

    def open(self, call: Call, headers: Mapping[str, str]) -> Answer:
        """The answer of a stream, as it comes."""
        request = self._prepare(call)
        request.headers.update(headers)
        return self._send(request, {**call.options, "timeout": _SILENCE, "max_retries": 0}, lambda answer: answer)

    def _prepare(self, call: Call, query: Optional[Mapping[str, Any]] = None, body: Any = None) -> _Request:
        spec, options = call.spec, call.options
        in_query = dict(query or {})
        in_body: Dict[str, Any] = {}
        for name, value in call.values.items():
            (in_query if not spec.has_body or name in spec.query else in_body)[name] = value
        headers = dict(self._headers)
        headers["accept"] = "text/event-stream" if spec.is_stream else spec.accept or "application/json"
        key = options.get("idempotency_key")
        if spec.has_key and key is None:
            key = f"sdk-{secrets.token_hex(16)}"
        if key is not None:
            headers["idempotency-key"] = _to_header_text(key)
        if options.get("respond_async"):
            headers["prefer"] = "respond-async"
        payload: Optional[bytes] = None
        if spec.has_body:
            file = in_body.pop("file", None) if spec.has_file else None
            if file is not None:
                headers["content-type"], payload = encode_form(in_body, file)
            else:
                headers["content-type"] = "application/json"
                sent = in_body if body is None else body
                payload = json.dumps(sent, allow_nan=False, default=_to_json).encode()
        headers.update(_check_headers(options.get("headers")))
        return _Request(
            spec.method,
            self._prefix + call.path + _encode_query(in_query),
            headers,
            payload,
            key is not None or spec.method not in ("POST", "PATCH"),
        )

    def _send(self, request: _Request, options: Mapping[str, Any], read: Callable[[Answer], Any]) -> Any:
        given = options.get("max_retries")
        most = self.max_retries if given is None else given
        attempt = 0
        while True:
            try:
                return self._attempt(request, options, read)
            except (ApiError, ConnectionError) as error:
                delay = self._delay(error, attempt)
                if attempt >= most or delay is None or not _may_repeat(error, request.is_repeatable):
                    raise
            attempt += 1
            time.sleep(delay)

    def _attempt(self, request: _Request, options: Mapping[str, Any], read: Callable[[Answer], Any]) -> Any:
        headers = request.headers
        if self._access_token is not None:
            token = self._access_token() if callable(self._access_token) else self._access_token
            headers = {**headers, "authorization": f"Bearer {_read_secret('access token', token)}"}
        timeout = options.get("timeout")
        answer = self._transport.send(
            request.method, request.target, headers, request.body, self.timeout if timeout is None else timeout
        )
        if 300 <= answer.status < 400:
            answer.close()
            place = answer.headers.get("location", "elsewhere")
            raise MoltFlowError(f"the server sends on to {place}: give its own address as base_url")
        if not 200 <= answer.status < 300:
            raise error_of(answer.status, answer.headers, _read_body(answer))
        return read(answer)

    def _delay(self, error: Exception, attempt: int) -> Optional[float]:
        """Seconds until another attempt; None when the server wants more than is allowed."""
        asked = getattr(error, "retry_after", None)
        if asked is not None:
            return None if asked > self.max_retry_delay else asked + random.random() * 0.25
        return min(self.max_retry_delay, 0.5 * 2**attempt) * (0.5 + random.random() / 2)


class AsyncClient:
    """The same for callers that await: each request waits in a thread, so that nothing else has to be installed."""

    def __init__(self, api_key: Optional[str] = None, base_url: Optional[str] = None, **options: Any) -> None:
        #: What sends the requests.
        self.sync = Client(api_key, base_url, **options)
        self._threads = concurrent.futures.ThreadPoolExecutor(20, thread_name_prefix="moltflow")

    @property
    def base_url(self) -> str:
        """The server's address without a slash at its end."""
        return self.sync.base_url

    async def request(self, method: str, path: str, **options: Any) -> Any:
        """Reaches what has no method here: JSON in, JSON, text or bytes out."""
        return await self._run(lambda: self.sync.request(method, path, **options))

    async def call(self, call: Call) -> Any:
        """The answer of an operation."""
        return await self._run(lambda: self.sync.call(call))

    async def stream(self, call: Call) -> AsyncIterator[Any]:
        """The events of an operation that is a stream."""
        events = self.sync.stream(call)
        threads = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="moltflow-stream")
        nothing = object()
        try:
            while True:
                event = await asyncio.get_running_loop().run_in_executor(threads, next, events, nothing)
                if event is nothing:
                    return
                yield event
        finally:
            events.close()
            threads.shutdown(wait=False)

    async def close(self) -> None:
        """Ends the connections and threads that are kept."""
        self.sync.close()
        self._threads.shutdown(wait=False)

    async def _run(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


Event = TypeVar("Event")


class EventStream(Iterator[Event]):
    """Events as they happen. It connects again by itself; `close` or the end of a `with` block ends it."""

    def __init__(self, client: Client, call: Call) -> None:
        self._client = client
        self._call = call
        self._last_id: Optional[str] = call.options.get("last_event_id")
        self._wait = 1.0
        self._failures = 0
        self._answer: Optional[Answer] = None
        self._end = threading.Event()

    def __enter__(self) -> "EventStream[Event]":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Ends the stream, also for a thread that waits for the next event."""
        self._end.set()
        answer = self._answer
        if answer is not None:
            answer.close()

    def __next__(self) -> Event:
        while not self._end.is_set():
            try:
                event = self._next_event()
                self._failures = 0
                return self._note(event)
            except (ConnectionError, ApiError, OSError, ValueError, AttributeError) as error:
                if self._end.is_set():
                    break
                # Refused for good; whatever else there is passes.
                if isinstance(error, ApiError) and error.status < 500 and error.status != 429:
                    self.close()
                    raise
                self._drop()
                self._failures += 1
            longest = min(_MOST_WAIT, self._wait * 2 ** max(0, self._failures - 1))
            self._end.wait(longest * (0.5 + random.random() / 2))
        raise StopIteration

    def _note(self, event: Dict[str, Any]) -> Any:
        until = self._call.spec.until
        if until is not None and event["data"].get(until[0]) in until[1]:
            self.close()
        return event

    def _drop(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.close()

    def _next_event(self) -> Dict[str, Any]:
        if self._answer is None:
            headers = {} if self._last_id is None else {"last-event-id": self._last_id}
            self._answer = self._client.open(self._call, headers)
        event: Dict[str, Any] = {"event": "message"}
        data = []
        while True:
            line = self._answer.response.readline()
            if not line:
                raise ConnectionError("the stream ended")
            name, _, value = line.decode("utf-8", "replace").rstrip("\r\n").partition(":")
            value = value[1:] if value.startswith(" ") else value
            if name == "data":
                data.append(value)
            elif name == "id":
                self._last_id = event["id"] = value
            elif name == "event":
                event["event"] = value
            elif name == "retry" and re.fullmatch(r"\d{1,9}", value):
                self._wait = int(value) / 1000
            elif name == "" and value == "" and line.strip() == b"" and data:
                event["data"] = json.loads("\n".join(data))
                return event


def _may_repeat(error: Exception, is_repeatable: bool) -> bool:
    """Whether a failed request may be sent again: one that may have been carried out only if that changes nothing."""
    if not isinstance(error, ApiError):
        return is_repeatable
    # Not begun: the request came too soon, or too slowly.
    if error.status in (408, 429, 503):
        return True
    return error.status >= 500 and is_repeatable


def _read_body(answer: Answer) -> Any:
    content = answer.read()
    kind = answer.headers.get("content-type", "")
    if answer.status in (204, 205) or not content:
        return None
    is_success = 200 <= answer.status < 300
    if re.search(r"[/+]json\b", kind):
        try:
            return json.loads(content)
        except ValueError as error:
            if is_success:
                raise ConnectionError("the answer broke off: it is no JSON") from error
            return content.decode("utf-8", "replace")
    if kind.startswith("text/") or not is_success:
        return content.decode("utf-8", "replace")
    return content


def _read_address(text: str) -> str:
    trimmed = text.strip()
    url = urllib.parse.urlsplit(trimmed)
    try:
        is_right = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 1) > 0
    except ValueError:
        is_right = False
    if not is_right or re.search(r"[\s\x00-\x1f]", trimmed):
        raise MoltFlowError(f'base_url: "{trimmed}" is no address such as https://wa.example.com')
    path = url.path.rstrip("/")
    if path.endswith("/api/v2"):
        path = path[: -len("/api/v2")]
    return f"{url.scheme}://{url.netloc}{path}"


def _read_secret(what: str, text: str) -> str:
    """A credential without what pasting adds to it. It is told nowhere, in no error either."""
    trimmed = text.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", trimmed):
        raise MoltFlowError(f"the {what} has characters that none can have: was it pasted with a line break?")
    return trimmed


def _check_headers(given: Optional[Mapping[str, str]]) -> Dict[str, str]:
    headers = {}
    for name, value in (given or {}).items():
        if not re.fullmatch(r"[\x20-\x7e\t]*", value) or not re.fullmatch(r"[!#-'*+.^-z|~\w-]+", name, re.ASCII):
            raise MoltFlowError(f"the header {name!r} has characters that headers cannot have")
        headers[name.lower()] = value
    return headers


def _to_header_text(text: str) -> str:
    """A key may be any text; headers take ASCII."""
    if re.fullmatch(r"[\x21-\x7e]{1,255}", text):
        return text
    return urllib.parse.quote(text, safe="!'()*-._~")[:255]


def _encode_query(values: Mapping[str, Any]) -> str:
    pairs = [(name, _to_text(value)) for name, value in values.items() if value is not None]
    return "?" + urllib.parse.urlencode(pairs) if pairs else ""


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(_to_text(part) for part in value)
    return str(_to_json(value)) if isinstance(value, (datetime.date, uuid.UUID)) else str(value)


def _to_json(value: Any) -> Any:
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")
