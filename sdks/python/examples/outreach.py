"""A list, a campaign and a schedule. Scopes: custom-groups:manage bulk-send:manage scheduled:manage

Usage: MOLTFLOW_SESSION=<id> MOLTFLOW_CHAT=15550100101@c.us python3 outreach.py
"""

import os
import time

from moltflow import MoltFlow

session, chat = os.environ["MOLTFLOW_SESSION"], os.environ["MOLTFLOW_CHAT"]

with MoltFlow() as moltflow:
    people = moltflow.custom_groups.create(
        name=f"Customers {time.time_ns()}",
        members=[{"phone": chat.replace("@c.us", ""), "name": "Ada"}],
    )
    print(f"{people['name']}: {people['member_count']}")

    job = moltflow.bulk_send.create(
        session_id=session,
        custom_group_id=people["id"],
        message_content="Hello {{name|there}}, we are open on Sunday.",
    )
    with moltflow.bulk_send.progress(job["id"]) as events:
        for event in events:
            print(f"{event['data']['status']}: {event['data']['sent']} of {event['data']['total']}")
            break
    print(moltflow.bulk_send.cancel(job["id"])["status"])

    schedule = moltflow.scheduled.create(
        name="Monday update",
        session_id=session,
        chat_id=chat,
        message_content="Good morning, this is what is new.",
        schedule_type="weekly",
        cron_expression="0 9 * * MON",
        timezone="America/New_York",
    )
    print(f"next: {schedule['next_run_at']}")
    moltflow.scheduled.cancel(schedule["id"])
    moltflow.scheduled.delete(schedule["id"])
