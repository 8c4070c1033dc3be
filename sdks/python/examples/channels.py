"""A channel and its first post. Scope: channels:manage

Usage: MOLTFLOW_SESSION=<id> python3 channels.py
"""

import os

from moltflow import MoltFlow

with MoltFlow() as moltflow:
    channel = moltflow.channels.create(session_id=os.environ["MOLTFLOW_SESSION"], name="Harbour news")
    post = moltflow.channels.broadcast(channel["id"], text="The ferry leaves at nine tomorrow.")
    print(f"{channel['name']}: {post['status']}")
    for one in moltflow.channels.posts(channel["id"]).iterate():
        print(one["status"])
    moltflow.channels.delete(channel["id"])
