"""Client of MoltFlow, the self-hosted platform for WhatsApp automation."""

from __future__ import annotations

from typing import Any

from ._client import AsyncClient, Client, EventStream
from ._errors import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ConnectionError,
    MoltFlowError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    TimeoutError,
    ValidationError,
    WebhookVerificationError,
)
from ._pages import AsyncPage, Page
from ._webhooks import verify_webhook
from .resources import add_resources

__all__ = [
    "ApiError",
    "AsyncMoltFlow",
    "AsyncPage",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "ConnectionError",
    "EventStream",
    "MoltFlow",
    "MoltFlowError",
    "NotFoundError",
    "Page",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "TimeoutError",
    "ValidationError",
    "WebhookVerificationError",
    "verify_webhook",
]


class MoltFlow:
    """The whole API: one attribute for each module, methods named after what they do. Safe for threads.

    `client.request` reaches what has no method here.
    """

    def __init__(self, api_key: Any = None, base_url: Any = None, **options: Any) -> None:
        self.client = Client(api_key, base_url, **options)
        add_resources(self, self.client)

    def close(self) -> None:
        """Ends the connections that are kept."""
        self.client.close()

    def __enter__(self) -> "MoltFlow":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


class AsyncMoltFlow:
    """The same for callers that await."""

    def __init__(self, api_key: Any = None, base_url: Any = None, **options: Any) -> None:
        self.client = AsyncClient(api_key, base_url, **options)
        add_resources(self, self.client)

    async def close(self) -> None:
        """Ends the connections and threads that are kept."""
        await self.client.close()

    async def __aenter__(self) -> "AsyncMoltFlow":
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()
