import { defineOperation, type Operation } from '../../../operation.ts'
import { auditAnswer, auditQuery } from './audit.schema.ts'
import { getAuditLogs } from './audit.service.ts'

const list = defineOperation({
  id: 'audit_logs.list',
  method: 'GET',
  path: '/audit-logs',
  summary:
    'Changes by users and keys, newest first: who, when, from where, to what; only for owner and admin',
  access: ['settings:manage'],
  roles: ['owner', 'admin'],
  query: auditQuery,
  success: { status: 200, schema: auditAnswer },
  run: (ctx, { from, to, action, user_id, limit, offset }) =>
    getAuditLogs(ctx, { from, to, action, user_id, limit, offset }),
})

/** What was changed by whom. */
export const auditOperations: readonly Operation[] = [list]
