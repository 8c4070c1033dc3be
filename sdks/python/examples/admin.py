"""The tenant, its keys and what it uses, for callers that await. Scopes: settings:manage usage:read billing:read"""

import asyncio

from moltflow import AsyncMoltFlow


async def main() -> None:
    async with AsyncMoltFlow() as moltflow:
        settings, plans, usage = await asyncio.gather(
            moltflow.tenant.get(), moltflow.billing.plans.list(), moltflow.usage.current()
        )
        print(f"messages are kept for {settings['message_retention_days']} days")
        await moltflow.tenant.update(message_retention_days=settings["message_retention_days"])
        key = await moltflow.api_keys.create(name="Reporting", scopes=["usage:read"])
        print(f"made {key['key_prefix']}, {len(await moltflow.api_keys.list())} keys")
        await moltflow.api_keys.revoke(key["id"])
        print(f"plans: {len(plans['plans'])}, used: {usage['messages_sent']} messages")


asyncio.run(main())
