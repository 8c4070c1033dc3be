"""Listens to a group for people who look for something. Scope: groups:manage

Usage: MOLTFLOW_SESSION=<id> python3 group_monitor.py
"""

import os

from moltflow import MoltFlow

session = os.environ["MOLTFLOW_SESSION"]

with MoltFlow() as moltflow:
    groups = moltflow.groups.available(session)["items"]
    if not groups:
        raise SystemExit("the account is in no group")
    group = moltflow.groups.monitor(
        session_id=session,
        wa_group_id=groups[0]["wa_group_id"],
        monitor_mode="keywords",
        monitor_keywords=["looking for", "recommend"],
    )
    print(f"listens to {group['name']}")
    for message in moltflow.groups.messages(group["id"], limit=20).iterate():
        print(message["id"])
    moltflow.groups.delete(group["id"])
