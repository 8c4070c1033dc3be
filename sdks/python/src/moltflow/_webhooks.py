"""Deliveries: whether they come from the server, and what they say."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from typing import TYPE_CHECKING, Mapping, Optional, Union, cast

from ._errors import WebhookVerificationError

if TYPE_CHECKING:
    from .types import WebhookEvent


def verify_webhook(
    body: Union[bytes, str],
    headers: Mapping[str, str],
    secret: str,
    *,
    tolerance_seconds: float = 300,
    now: Optional[float] = None,
) -> "WebhookEvent":
    """Checks the signature (Standard Webhooks) of a raw body and reads the event.

    Raises `WebhookVerificationError`. Clocks may differ by `tolerance_seconds`.
    """
    raw = body.encode() if isinstance(body, str) else bytes(body)
    given = {str(name).lower(): str(value) for name, value in headers.items()}
    delivery, timestamp, signatures = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not delivery or not timestamp or not signatures:
        raise WebhookVerificationError("unsigned: webhook-id, webhook-timestamp or webhook-signature is missing")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise WebhookVerificationError("webhook-timestamp is no time")
    late = (time.time() if now is None else now) - int(timestamp)
    if abs(late) > tolerance_seconds:
        way = "old" if late > 0 else "ahead of this clock"
        raise WebhookVerificationError(f"{abs(late):.0f} s {way}: more than is allowed")
    signed = f"{delivery}.{timestamp}.".encode() + raw
    expected = hmac.new(_read_secret(secret), signed, hashlib.sha256).digest()
    for signature in signatures.split(" "):
        found = _read_base64(signature[3:]) if signature.startswith("v1,") else None
        if found is not None and hmac.compare_digest(found, expected):
            return _read_event(raw)
    raise WebhookVerificationError("no signature fits: is it the secret of this webhook, and the body as it came?")


def _read_secret(secret: str) -> bytes:
    """`whsec_` with base64 of 16 bytes or more is a key of the scheme; any other text is its bytes."""
    encoded = _read_base64(secret[6:]) if re.match(r"whsec_.{22}", secret) else None
    key = secret.encode() if encoded is None else encoded
    if not key:
        raise WebhookVerificationError("the secret is empty")
    return key


def _read_base64(text: str) -> Optional[bytes]:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _read_event(raw: bytes) -> "WebhookEvent":
    try:
        return cast("WebhookEvent", json.loads(raw))
    except ValueError as error:
        raise WebhookVerificationError("signed, but no JSON") from error
