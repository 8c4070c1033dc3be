"""What people say well of you. Scope: reviews:manage

Usage: MOLTFLOW_SESSION=<id> python3 reviews.py
"""

import os

from moltflow import MoltFlow

with MoltFlow() as moltflow:
    collector = moltflow.reviews.collectors.create(
        session_id=os.environ["MOLTFLOW_SESSION"],
        name="Happy customers",
        source_type="chats",
        languages=["en"],
    )
    moltflow.reviews.collectors.run(collector["id"])
    for review in moltflow.reviews.list(min_score=0.5).iterate():
        moltflow.reviews.update(review["id"], is_approved=True)
    stats = moltflow.reviews.stats()
    print(f"{stats['total']} reviews, {stats['approved']} approved")
    moltflow.reviews.collectors.delete(collector["id"])
