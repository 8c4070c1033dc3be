import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { deletedAnswer, idParams } from '../../../wire.ts'
import { roleTooLow } from '../../account/settings/settings.schema.ts'
import { tooManyPatterns } from '../rules/patterns.service.ts'
import {
  antispamSchema,
  blockSchema,
  blocksAnswer,
  blocksQuery,
  createSpamRuleBody,
  spamRuleParams,
  spamRuleSchema,
  spamStatsAnswer,
  updateAntispamBody,
  updateSpamRuleBody,
} from './antispam.schema.ts'
import {
  changeSpamRule,
  createSpamRule,
  getAntispam,
  getBlocks,
  getRules,
  getSpamStats,
  liftBlock,
  removeSpamRule,
  updateAntispam,
} from './antispam-admin.service.ts'

const getSettings = defineOperation({
  id: 'antispam.get',
  method: 'GET',
  path: '/antispam/settings',
  summary: 'Anti-spam settings of the tenant',
  access: ['settings:manage'],
  success: { status: 200, schema: antispamSchema },
  run: (ctx) => getAntispam(ctx),
})

const update = defineOperation({
  id: 'antispam.update',
  method: 'PUT',
  path: '/antispam/settings',
  summary: 'Change anti-spam settings; what is not given stays',
  access: ['settings:manage'],
  body: updateAntispamBody,
  success: { status: 200, schema: antispamSchema },
  errors: [roleTooLow],
  run: (ctx, input) => updateAntispam(ctx, input),
})

const listRules = defineOperation({
  id: 'antispam.list_rules',
  method: 'GET',
  path: '/antispam/rules',
  summary: 'Anti-spam rules, oldest first',
  access: ['settings:manage'],
  success: { status: 200, schema: z.array(spamRuleSchema) },
  run: (ctx) => getRules(ctx),
})

const addRule = defineOperation({
  id: 'antispam.create_rule',
  method: 'POST',
  path: '/antispam/rules',
  summary: 'Add a rule that blocks, flags or delays what its pattern matches',
  access: ['settings:manage'],
  body: createSpamRuleBody,
  success: { status: 201, schema: spamRuleSchema },
  errors: [tooManyPatterns],
  run: (ctx, { pattern, action, enabled }) => createSpamRule(ctx, { pattern, action, enabled }),
})

const updateRule = defineOperation({
  id: 'antispam.update_rule',
  method: 'PUT',
  path: '/antispam/rules/{antispam_rule_id}',
  summary: 'Change an anti-spam rule',
  access: ['settings:manage'],
  params: spamRuleParams,
  body: updateSpamRuleBody,
  success: { status: 200, schema: spamRuleSchema },
  errors: [tooManyPatterns],
  run: (ctx, { antispam_rule_id: id, pattern, action, enabled }) =>
    changeSpamRule(ctx, id, { pattern, action, enabled }),
})

const removeRule = defineOperation({
  id: 'antispam.delete_rule',
  method: 'DELETE',
  path: '/antispam/rules/{antispam_rule_id}',
  summary: 'Delete an anti-spam rule',
  access: ['settings:manage'],
  params: spamRuleParams,
  success: { status: 200, schema: deletedAnswer },
  run: async (ctx, { antispam_rule_id: id }) => {
    await removeSpamRule(ctx, id)
    return { status: 'deleted', id }
  },
})

const stats = defineOperation({
  id: 'antispam.stats',
  method: 'GET',
  path: '/antispam/stats',
  summary: 'What the anti-spam settings and rules did so far',
  access: ['settings:manage'],
  success: { status: 200, schema: spamStatsAnswer },
  run: (ctx) => getSpamStats(ctx),
})

const listBlocks = defineOperation({
  id: 'antispam.list_blocks',
  method: 'GET',
  path: '/antispam/blocks',
  summary: 'Contacts that were blocked by themselves for flooding a session, newest first',
  access: ['settings:manage'],
  query: blocksQuery,
  success: { status: 200, schema: blocksAnswer },
  run: (ctx, { active, limit, offset }) => getBlocks(ctx, { active, limit, offset }),
})

const lift = defineOperation({
  id: 'antispam.lift_block',
  method: 'POST',
  path: '/antispam/blocks/{id}/lift',
  summary: 'Lift an automatic block; the contact may write again',
  access: ['settings:manage'],
  params: idParams,
  success: { status: 200, schema: blockSchema },
  run: (ctx, { id }) => liftBlock(ctx, id),
})

/** A tenant's own limits on top of the built-in protection. */
export const antispamOperations: readonly Operation[] = [
  getSettings,
  update,
  listRules,
  addRule,
  updateRule,
  removeRule,
  stats,
  listBlocks,
  lift,
]
