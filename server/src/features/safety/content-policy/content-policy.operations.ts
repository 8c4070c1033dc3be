import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { deletedAnswer } from '../../../wire.ts'
import { tooManyPatterns } from '../rules/patterns.service.ts'
import {
  createRuleBody,
  detectorsAnswer,
  policySchema,
  ruleParams,
  ruleSchema,
  statsAnswer,
  testAnswer,
  testBody,
  updatePolicyBody,
  updateRuleBody,
} from './content-policy.schema.ts'
import { tryContent } from './content-policy.service.ts'
import {
  changeRule,
  createRule,
  deleteRule,
  getPolicyStats,
  getPolicyView,
  listDetectors,
  listPolicyRules,
  resetPolicy,
  updatePolicy,
} from './policy.service.ts'

const getSettings = defineOperation({
  id: 'a2a_policy.get',
  method: 'GET',
  path: '/a2a-policy/settings',
  summary: 'The content policy with its rules',
  access: ['a2a:read'],
  success: { status: 200, schema: policySchema },
  run: (ctx) => getPolicyView(ctx),
})

const update = defineOperation({
  id: 'a2a_policy.update',
  method: 'PUT',
  path: '/a2a-policy/settings',
  summary: 'Change the content policy; what is not given stays',
  access: ['a2a:manage'],
  body: updatePolicyBody,
  success: { status: 200, schema: policySchema },
  run: (ctx, input) => updatePolicy(ctx, input),
})

const listRules = defineOperation({
  id: 'a2a_policy.list_rules',
  method: 'GET',
  path: '/a2a-policy/rules',
  summary: 'Own rules of the content policy, oldest first',
  access: ['a2a:read'],
  success: { status: 200, schema: z.array(ruleSchema) },
  run: (ctx) => listPolicyRules(ctx),
})

const addRule = defineOperation({
  id: 'a2a_policy.create_rule',
  method: 'POST',
  path: '/a2a-policy/rules',
  summary: 'Add a rule that blocks, filters or flags what its pattern matches',
  access: ['a2a:manage'],
  body: createRuleBody,
  success: { status: 200, schema: ruleSchema },
  errors: [tooManyPatterns],
  run: (ctx, { pattern, name, action, description }) =>
    createRule(ctx, { pattern, name, action, description }),
})

const updateRule = defineOperation({
  id: 'a2a_policy.update_rule',
  method: 'PUT',
  path: '/a2a-policy/rules/{rule_id}',
  summary: 'Change a rule',
  access: ['a2a:manage'],
  params: ruleParams,
  body: updateRuleBody,
  success: { status: 200, schema: ruleSchema },
  errors: [tooManyPatterns],
  run: (ctx, { rule_id: id, pattern, name, action, description, is_active: isActive }) =>
    changeRule(ctx, id, () => ({ pattern, name, action, description, isActive })),
})

const removeRule = defineOperation({
  id: 'a2a_policy.delete_rule',
  method: 'DELETE',
  path: '/a2a-policy/rules/{rule_id}',
  summary: 'Delete a rule',
  access: ['a2a:manage'],
  params: ruleParams,
  success: { status: 200, schema: deletedAnswer },
  run: async (ctx, { rule_id: id }) => {
    await deleteRule(ctx, id)
    return { status: 'deleted', id }
  },
})

const toggleRule = defineOperation({
  id: 'a2a_policy.toggle_rule',
  method: 'POST',
  path: '/a2a-policy/rules/{rule_id}/toggle',
  summary: 'Switch a rule on or off',
  access: ['a2a:manage'],
  params: ruleParams,
  success: { status: 200, schema: ruleSchema },
  run: (ctx, { rule_id: id }) => changeRule(ctx, id, ({ isActive }) => ({ isActive: !isActive })),
})

const test = defineOperation({
  id: 'a2a_policy.test',
  method: 'POST',
  path: '/a2a-policy/test',
  summary: 'What the content policy would do with a text; nothing is sent or counted',
  access: ['a2a:read'],
  body: testBody,
  success: { status: 200, schema: testAnswer },
  run: async (ctx, { content }) => {
    const { isAllowed, blockedReason, matchedRules, filtered } = await tryContent(ctx, content)
    return {
      allowed: isAllowed,
      blocked_reason: blockedReason,
      matched_rules: matchedRules,
      filtered_content: filtered,
    }
  },
})

const reset = defineOperation({
  id: 'a2a_policy.reset',
  method: 'POST',
  path: '/a2a-policy/reset',
  summary: 'Restore the defaults of the content policy and delete its rules',
  access: ['a2a:manage'],
  success: { status: 200, schema: policySchema },
  run: (ctx) => resetPolicy(ctx),
})

const stats = defineOperation({
  id: 'a2a_policy.stats',
  method: 'GET',
  path: '/a2a-policy/stats',
  summary:
    'How many messages the content policy checked, blocked and filtered, and the rules that matched most',
  access: ['a2a:read'],
  success: { status: 200, schema: statsAnswer },
  run: (ctx) => getPolicyStats(ctx),
})

const builtInDetectors = defineOperation({
  id: 'a2a_policy.list_safeguards',
  method: 'GET',
  path: '/a2a-policy/safeguards',
  summary: 'The built-in safeguard families and whether they are on',
  access: ['a2a:read'],
  success: { status: 200, schema: detectorsAnswer },
  run: async (ctx) => ({ safeguards: await listDetectors(ctx) }),
})

/** The content policy of the agent protocol, which every outbound message obeys. */
export const contentPolicyOperations: readonly Operation[] = [
  getSettings,
  update,
  listRules,
  addRule,
  updateRule,
  removeRule,
  toggleRule,
  test,
  reset,
  stats,
  builtInDetectors,
]
