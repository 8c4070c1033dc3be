import { defineOperation, type Operation } from '../../../operation.ts'
import { optOutAnswer, optOutParams, optOutsAnswer, optOutsQuery } from './opt-outs.schema.ts'
import { getOptOut, getOptOuts, setManualOptOut } from './opt-outs.service.ts'

const list = defineOperation({
  id: 'opt_outs.list',
  method: 'GET',
  path: '/opt-outs',
  summary: 'People who asked not to be written to by bulk, schedules, reports and auto-replies',
  access: ['contacts:read'],
  query: optOutsQuery,
  success: { status: 200, schema: optOutsAnswer },
  run: (ctx, { opted_out, search, limit, offset }) => getOptOuts(ctx, { opted_out, search, limit, offset }),
})

const get = defineOperation({
  id: 'opt_outs.get',
  method: 'GET',
  path: '/opt-outs/{phone}',
  summary: 'Whether a person is opted out, with every change: when, how, by which word',
  access: ['contacts:read'],
  params: optOutParams,
  success: { status: 200, schema: optOutAnswer },
  run: (ctx, { phone }) => getOptOut(ctx, phone),
})

const put = defineOperation({
  id: 'opt_outs.set',
  method: 'PUT',
  path: '/opt-outs/{phone}',
  summary: 'Enter that a person opted out, on the phone or by mail for example',
  access: ['contacts:manage'],
  params: optOutParams,
  success: { status: 200, schema: optOutAnswer },
  run: (ctx, { phone }) => setManualOptOut(ctx, phone, true),
})

const remove = defineOperation({
  id: 'opt_outs.delete',
  method: 'DELETE',
  path: '/opt-outs/{phone}',
  summary: 'Enter that a person opted in again; the ledger keeps both',
  access: ['contacts:manage'],
  params: optOutParams,
  success: { status: 200, schema: optOutAnswer },
  run: (ctx, { phone }) => setManualOptOut(ctx, phone, false),
})

/** The ledger of opt-outs. */
export const optOutsOperations: readonly Operation[] = [list, get, put, remove]
