import { z } from 'zod'
import { parse } from '../parsing.ts'
import { type Route, routesOf } from '../route.ts'
import { accountAnswer, deviceAnswer, eventAnswer, receiptsAnswer } from './answers.ts'
import type { AccountsFacade } from './facade.ts'
import { accountSchema, codeSchema, presenceSchema, receiptsSchema, unlinkSchema } from './inputs.ts'

const route = routesOf<AccountsFacade>()

const tag = 'Accounts'

/** Operations on people and their phones. */
export const accountRoutes: Route<AccountsFacade>[] = [
  route({
    method: 'POST',
    path: '/accounts',
    operation: 'createAccount',
    tag,
    summary: 'Adds a person or business with a phone; one that is there already gets the new name',
    status: 201,
    body: accountSchema,
    answer: accountAnswer,
    run: (accounts, { body }) => accounts.create(body),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/scan',
    operation: 'scan',
    tag,
    summary: 'The phone scans a QR code, given as its text',
    body: codeSchema,
    answer: deviceAnswer,
    run: (accounts, { params, body }) => accounts.scan(params.phone ?? '', parse(codeSchema, body).code),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/pair',
    operation: 'pair',
    tag,
    summary: 'The phone types a pairing code; 422 when it is wrong',
    body: codeSchema,
    answer: deviceAnswer,
    run: (accounts, { params, body }) => accounts.pair(params.phone ?? '', parse(codeSchema, body).code),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/unlink',
    operation: 'unlink',
    tag,
    summary: 'The owner unlinks a device, or all of them; their logins are refused from then on',
    body: unlinkSchema,
    run: (accounts, { params, body }) => accounts.unlink(params.phone ?? '', body),
  }),
  route({
    method: 'GET',
    path: '/accounts/{phone}/events',
    operation: 'events',
    tag,
    summary: 'Receipts, typing and presence that the phone saw of others, oldest first',
    query: { since: 'ISO time or milliseconds' },
    answer: z.array(eventAnswer),
    run: (accounts, { params, query }) =>
      accounts.events(params.phone ?? '', query.get('since') ?? undefined),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/receipts',
    operation: 'setReceipts',
    tag,
    summary: 'How the phone answers messages',
    body: receiptsSchema,
    answer: receiptsAnswer,
    run: (accounts, { params, body }) => accounts.setReceipts(params.phone ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/presence',
    operation: 'setPresence',
    tag,
    summary: 'The person comes, goes, types or records; typing needs a chat',
    body: presenceSchema,
    run: (accounts, { params, body }) => accounts.setPresence(params.phone ?? '', body),
  }),
]
