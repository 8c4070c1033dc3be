"""Connections that are kept, with the standard library alone."""

from __future__ import annotations

import base64
import http.client
import select
import ssl
import threading
import time
import urllib.parse
import urllib.request
from typing import Dict, List, Mapping, Optional, Tuple

from ._errors import ConnectionError, MoltFlowError, TimeoutError

_MOST_IDLE = 10
_MOST_IDLE_SECONDS = 30.0
#: An answer beyond this is none that the server gives.
_MOST_BYTES = 1 << 30


class Answer:
    """An answer with its connection, which goes back when the body is read."""

    def __init__(self, transport: "Transport", connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._transport = transport
        self._connection = connection
        self.response = response
        self.status = response.status
        self.headers: Dict[str, str] = {name.lower(): value for name, value in response.getheaders()}

    def read(self) -> bytes:
        """The whole body."""
        try:
            body = self.response.read(_MOST_BYTES)
        except BaseException as error:
            self.close()
            raise _told(error) from error
        if self.response.isclosed() and not self.response.will_close:
            self._transport.give_back(self._connection)
        else:
            self.close()
        return body

    def close(self) -> None:
        """Ends the connection; whoever reads from it in another thread is told."""
        sock = self._connection.sock
        if sock is not None:
            try:
                # Closing alone does not wake up a thread that waits for bytes.
                sock.shutdown(2)
            except OSError:
                pass
        self._connection.close()


class Transport:
    """Sends requests to one server. Safe for threads."""

    def __init__(self, base_url: str) -> None:
        url = urllib.parse.urlsplit(base_url)
        self._is_secure = url.scheme == "https"
        self._host = url.hostname or ""
        self._port = url.port or (443 if self._is_secure else 80)
        self._netloc = url.netloc
        self._origin = f"{url.scheme}://{url.netloc}"
        self._proxy = _find_proxy(url.scheme, self._host)
        self._context = ssl.create_default_context() if self._is_secure else None
        self._idle: List[Tuple[http.client.HTTPConnection, float]] = []
        self._lock = threading.Lock()

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: Optional[bytes], timeout: float
    ) -> Answer:
        """Sends a request and answers when the headers are there."""
        connection = self._take(timeout)
        if self._proxy is not None and not self._is_secure:
            target = self._origin + target
        try:
            connection.request(method, target, body=body, headers=dict(headers))
            return Answer(self, connection, connection.getresponse())
        except BaseException as error:
            connection.close()
            raise _told(error) from error

    def give_back(self, connection: http.client.HTTPConnection) -> None:
        """Keeps a connection for the next request."""
        with self._lock:
            if len(self._idle) < _MOST_IDLE:
                self._idle.append((connection, time.monotonic()))
                return
        connection.close()

    def close(self) -> None:
        """Ends the connections that are kept."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def _take(self, timeout: float) -> http.client.HTTPConnection:
        while True:
            with self._lock:
                if not self._idle:
                    break
                connection, since = self._idle.pop()
            if time.monotonic() - since < _MOST_IDLE_SECONDS and not _is_ended(connection):
                connection.timeout = timeout
                if connection.sock is not None:
                    connection.sock.settimeout(timeout)
                return connection
            connection.close()
        return self._open(timeout)

    def _open(self, timeout: float) -> http.client.HTTPConnection:
        host, port = self._host, self._port
        headers: Dict[str, str] = {}
        if self._proxy is not None:
            host, port, headers = self._proxy
        connection: http.client.HTTPConnection
        if self._context is not None:
            connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=self._context)
            if self._proxy is not None:
                connection.set_tunnel(self._host, self._port, headers)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=timeout)
        return connection


def _is_ended(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side has closed a connection that lay idle: then there is something to read."""
    if connection.sock is None:
        return True
    try:
        readable, _, _ = select.select([connection.sock], [], [], 0)
    except (OSError, ValueError):
        return True
    return bool(readable)


def _find_proxy(scheme: str, host: str) -> Optional[Tuple[str, int, Dict[str, str]]]:
    address = urllib.request.getproxies().get(scheme)
    if not address or urllib.request.proxy_bypass(host):
        return None
    url = urllib.parse.urlsplit(address if "://" in address else f"http://{address}")
    headers = {}
    if url.username:
        user = f"{urllib.parse.unquote(url.username)}:{urllib.parse.unquote(url.password or '')}"
        headers["Proxy-Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
    return url.hostname or "", url.port or 80, headers


def _told(error: BaseException) -> BaseException:
    """The error as callers know it."""
    if isinstance(error, MoltFlowError) or not isinstance(error, Exception):
        return error
    # Below 3.10 the timeout of a socket is a class of its own, of the same name.
    if isinstance(error, OSError) and type(error).__name__ in ("TimeoutError", "timeout"):
        return TimeoutError("no answer in time")
    if isinstance(error, (OSError, http.client.HTTPException)):
        return ConnectionError(f"{type(error).__name__}: {error}")
    return error
