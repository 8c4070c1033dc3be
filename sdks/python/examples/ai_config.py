"""What answers by itself, from which documents, at what cost. Scope: ai:manage

Usage: MOLTFLOW_SESSION=<id> python3 ai_config.py
"""

import os

from moltflow import MoltFlow

with MoltFlow() as moltflow:
    replies = moltflow.ai.auto_replies.get(os.environ["MOLTFLOW_SESSION"])
    print(f"automatic replies: {replies['mode']}")
    print(f"documents: {len(moltflow.ai.list_knowledge())}")
    print(f"styles: {len(moltflow.ai.style.list())}")
    print(f"tokens this month: {moltflow.ai.usage()['total']}")
