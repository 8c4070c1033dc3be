from typing import Awaitable, Callable, Mapping, Optional, Union

from . import types as types
from ._client import AsyncClient, Client, EventStream
from ._errors import (
    ApiError as ApiError,
    AuthenticationError as AuthenticationError,
    BadRequestError as BadRequestError,
    ConflictError as ConflictError,
    ConnectionError as ConnectionError,
    MoltFlowError as MoltFlowError,
    NotFoundError as NotFoundError,
    PermissionDeniedError as PermissionDeniedError,
    RateLimitError as RateLimitError,
    ServerError as ServerError,
    TimeoutError as TimeoutError,
    ValidationError as ValidationError,
    WebhookVerificationError as WebhookVerificationError,
)
from ._pages import AsyncPage as AsyncPage, Page as Page
from ._webhooks import verify_webhook as verify_webhook
from .resources import AsyncResources, Resources

class MoltFlow(Resources):
    client: Client
    def __init__(
        self,
        api_key: Optional[str] = ...,
        base_url: Optional[str] = ...,
        *,
        access_token: Union[str, Callable[[], str], None] = ...,
        timeout: float = ...,
        max_retries: int = ...,
        max_retry_delay: float = ...,
        headers: Optional[Mapping[str, str]] = ...,
    ) -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> MoltFlow: ...
    def __exit__(self, *_: object) -> None: ...

class AsyncMoltFlow(AsyncResources):
    client: AsyncClient
    def __init__(
        self,
        api_key: Optional[str] = ...,
        base_url: Optional[str] = ...,
        *,
        access_token: Union[str, Callable[[], str], None] = ...,
        timeout: float = ...,
        max_retries: int = ...,
        max_retry_delay: float = ...,
        headers: Optional[Mapping[str, str]] = ...,
    ) -> None: ...
    async def close(self) -> None: ...
    async def __aenter__(self) -> AsyncMoltFlow: ...
    async def __aexit__(self, *_: object) -> None: ...
