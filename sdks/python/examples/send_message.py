"""A message to a phone that has written before. Scope: messages:send

Usage: MOLTFLOW_SESSION=<id> MOLTFLOW_CHAT=15550100101@c.us python3 send_message.py
"""

import os

from moltflow import ApiError, MoltFlow

with MoltFlow() as moltflow:
    try:
        message = moltflow.messages.send(
            session_id=os.environ["MOLTFLOW_SESSION"],
            chat_id=os.environ["MOLTFLOW_CHAT"],
            message="Your parcel 4712 is on its way.",
            # Run twice, sent once.
            idempotency_key="parcel-4712",
        )
        print(f"{message['id']}: {message['status']}")
    except ApiError as error:
        raise SystemExit(f"{error.detail} {error.required_scopes} {error.request_id}")
