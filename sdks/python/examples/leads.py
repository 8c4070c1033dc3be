"""Through the new leads: into a list, and on in the pipeline. Scopes: leads:manage custom-groups:manage"""

import itertools
import time

from moltflow import MoltFlow

with MoltFlow() as moltflow:
    people = moltflow.custom_groups.create(name=f"Interested {time.time_ns()}")
    leads = list(itertools.islice(moltflow.leads.list(status="new").iterate(), 100))
    for lead in leads:
        print(f"{lead['contact_name']}: {lead['lead_score']}")
    print(f"{len(leads)} new leads")
    if leads:
        ids = [lead["id"] for lead in leads]
        added = moltflow.leads.bulk_add_to_group(lead_ids=ids, custom_group_id=people["id"])["added"]
        updated = moltflow.leads.bulk_status(lead_ids=ids, status="contacted")["updated"]
        print(f"{added} in the list, {updated} contacted")
