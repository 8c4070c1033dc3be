"""What this package raises."""

from __future__ import annotations

import datetime
import email.utils
import json
import re
from typing import Any, Dict, List, Mapping, Optional


class MoltFlowError(Exception):
    """Whatever this package raises."""


class ConnectionError(MoltFlowError):  # noqa: A001 - the name that callers expect beside TimeoutError
    """The server was not reached, or its answer broke off."""


class TimeoutError(ConnectionError):  # noqa: A001
    """There was no answer in time."""


class WebhookVerificationError(MoltFlowError):
    """A delivery that is not from the server, or older than it may be."""


class ApiError(MoltFlowError):
    """The server refused a request. Its kinds are classes of their own, by status."""

    status: int
    #: What went wrong, for people.
    detail: str
    #: What went wrong, for programs: docs/errors.md lists the codes.
    code: Optional[str]
    #: Invalid fields, on 422.
    errors: List[Dict[str, str]]
    #: Names the request in the server's log.
    request_id: Optional[str]
    #: The scopes that the call needs, when the key lacks one of them.
    required_scopes: List[str]
    #: Seconds after which to ask again, where the server says so.
    retry_after: Optional[float]
    #: By lower-case name.
    headers: Mapping[str, str]
    #: The answer's JSON, or its text where it was none.
    body: Any

    def __init__(self, status: int, headers: Mapping[str, str], body: Any) -> None:
        detail, code, errors = _read_refusal(body)
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail
        self.code = code
        self.errors = errors
        self.request_id = headers.get("x-request-id")
        self.required_scopes = headers.get("x-required-scopes", "").split()
        self.retry_after = _read_retry_after(headers.get("retry-after", ""))
        self.headers = headers
        self.body = body


class BadRequestError(ApiError):
    """400: well-formed, but not possible now."""


class AuthenticationError(ApiError):
    """401: no credential, or one that is unknown, expired or revoked."""


class PermissionDeniedError(ApiError):
    """403: a scope is missing (`required_scopes`), the plan does not allow it, or a rule forbids the message."""


class NotFoundError(ApiError):
    """404: there is no such thing."""


class ConflictError(ApiError):
    """409: there is one already."""


class ValidationError(ApiError):
    """422: fields are missing or wrong (`errors`)."""


class RateLimitError(ApiError):
    """429: too many requests (`retry_after`)."""


class ServerError(ApiError):
    """5xx: the server failed, or a proxy before it."""


_CLASSES = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: ValidationError,
    429: RateLimitError,
}

_MOST_SHOWN = 200


def error_of(status: int, headers: Mapping[str, str], body: Any) -> ApiError:
    """The error for an answer that is none of success."""
    kind = _CLASSES.get(status, ServerError if status >= 500 else ApiError)
    return kind(status, headers, body)


def _read_refusal(body: Any) -> "tuple[str, Optional[str], List[Dict[str, str]]]":
    if isinstance(body, dict):
        detail, code, errors = body.get("detail"), body.get("code"), body.get("errors")
        return (
            detail if isinstance(detail, str) else json.dumps(body)[:_MOST_SHOWN],
            code if isinstance(code, str) else None,
            errors if isinstance(errors, list) else [],
        )
    # A page of a proxy between here and the server: its words, without its marks.
    text = str(body or "")[:10_000]
    text = re.sub(r"(?i)<(style|script)\b[^>]{0,200}>[^<]{0,5000}", " ", text)
    text = " ".join(re.sub(r"<[^<>]{0,1000}>", " ", text).split())
    said = text[:_MOST_SHOWN] or "an empty answer"
    return f"{said} (not an answer of MoltFlow: is the address right?)", None, []


def _read_retry_after(text: str) -> Optional[float]:
    text = text.strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=datetime.timezone.utc)
    return max(0.0, (at - datetime.datetime.now(datetime.timezone.utc)).total_seconds())
