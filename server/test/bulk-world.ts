import { sql as text } from 'drizzle-orm'
import type { ApiClient, Reply } from './api-client.ts'
import { nextNumber } from './builders.ts'
import type { TestTenant } from './harness.ts'
import type { LinkedApp } from './linked-session.ts'
import { until } from './until.ts'

/** Somebody on a list; the phone in digits. */
export interface Listed {
  phone: string
  name?: string
}

/** Puts people on a new list of the tenant, in their order; answers its id. */
export async function createList(
  app: LinkedApp,
  tenant: TestTenant,
  people: readonly (Listed | string)[],
): Promise<string> {
  const { ctx } = app.app
  const id = ctx.ids.uuid()
  const at = ctx.clock.nowMs()
  const rows = people.map((person, index) => {
    const { phone, name = null } = typeof person === 'string' ? { phone: person } : person
    return { id: ctx.ids.uuid(), phone, name, at: new Date(at + index).toISOString() }
  })
  await ctx.db.sql.execute(text`
    INSERT INTO custom_groups (id, tenant_id, name, created_at, updated_at)
    VALUES (${id}, ${tenant.id}, ${`List ${nextNumber()}`}, now(), now())`)
  await ctx.db.sql.execute(text`
    INSERT INTO custom_group_members (id, tenant_id, group_id, phone, name, added_at)
    SELECT r.id, ${tenant.id}::uuid, ${id}::uuid, r.phone, r.name, r.at
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, phone text, name text, at timestamptz)`)
  return id
}

/** Waits until a job is as expected, and answers it with its recipients. */
export function untilJob(
  api: ApiClient,
  id: string,
  isExpected: (job: Reply['body']) => boolean,
  timeoutMs = 19_000,
): Promise<Reply['body']> {
  let last: Reply['body']
  const probe = async () => {
    last = await api.get(200, `/bulk-send/${id}?recipients_limit=1000`)
    return isExpected(last) ? last : undefined
  }
  return until(`job ${id} as expected`, probe, { timeoutMs, everyMs: 50 }).catch((cause) => {
    const { recipients, ...job } = last ?? {}
    throw new Error(`never as expected: ${JSON.stringify({ ...job, recipients: recipients?.slice(0, 5) })}`, {
      cause,
    })
  })
}

/** Texts that a phone got from an account, in order. */
export function textsOn(app: LinkedApp, phone: string): string[] {
  return app.simulator.messages(phone).flatMap(({ text: said }) => (said === undefined ? [] : [said]))
}

/** The recipients of a job by phone (digits). */
export function byPhone(job: Reply['body']): Map<string, Reply['body']> {
  return new Map(job.recipients.map((one: Reply['body']) => [one.phone.slice(1), one]))
}
