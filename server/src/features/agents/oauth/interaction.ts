import type { ServerResponse } from 'node:http'
import type { InteractionResults } from 'oidc-provider'
import type { Context } from '../../../context.ts'
import type { DoorRequest } from '../../../door.ts'
import { AppError } from '../../../platform/errors.ts'
import { isScope, type Scope } from '../../../scopes.ts'
import { identify } from '../../account/auth/logins.service.ts'
import { getTenant } from '../../account/tenants/tenants.service.ts'
import { emailField, passwordField, scopesWithinRole } from '../../account/users/users.schema.ts'
import { findTenantUser, recordSignIn } from '../../account/users/users.service.ts'
import { createGrant } from './grants.service.ts'
import { resourceOf } from './metadata.ts'
import { type Asker, consentPage, continuePage, errorPage, hostOf, loginPage, sendPage } from './pages.ts'
import { type AuthorizationServer, asNodeRequest, serverOf } from './provider.ts'
import { accountIdOf, readAccountId } from './record-adapter.ts'

type Details = Awaited<ReturnType<AuthorizationServer['provider']['interactionDetails']>>

/** One step of somebody who was sent here by a program: sign-in, then consent. */
interface Step {
  ctx: Context
  server: AuthorizationServer
  request: DoorRequest
  response: ServerResponse
  details: Details
  asker: Asker
}

const expired = 'The request has expired, or was begun in another browser'
const foreignForm = 'The form came from another page'

/** Shows sign-in or consent. */
export async function showInteraction(
  ctx: Context,
  request: DoorRequest,
  response: ServerResponse,
): Promise<void> {
  await withStep(ctx, request, response, async (step) => {
    if (step.details.prompt.name === 'login')
      return sendPage(response, 200, loginPage(step.asker, { email: '' }))
    await showConsent(step, 200)
  })
}

/** Takes what somebody typed or decided. */
export async function answerInteraction(
  ctx: Context,
  request: DoorRequest,
  response: ServerResponse,
): Promise<void> {
  if (!isOwnForm(ctx, request))
    return sendPage(response, 403, errorPage('access_denied', foreignForm, baseOf(ctx)))
  await withStep(ctx, request, response, async (step) => {
    const form = new URLSearchParams(request.body.toString('utf8'))
    if (form.get('decision') === 'deny') {
      const refusal = { error: 'access_denied', error_description: 'the person did not allow it' }
      return finish(step, refusal)
    }
    await (step.details.prompt.name === 'login' ? takeLogin(step, form) : takeConsent(step, form))
  })
}

/** Forms of other pages are refused: browsers say whose page it was, by one header or the other. */
function isOwnForm({ config }: Context, { headers }: DoorRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return headers.origin === undefined || headers.origin === new URL(config.publicUrl).origin
}

function baseOf({ config }: Context): string {
  const { pathname } = new URL(config.publicUrl)
  return pathname === '/' ? '' : pathname
}

async function withStep(
  ctx: Context,
  request: DoorRequest,
  response: ServerResponse,
  work: (step: Step) => Promise<void>,
): Promise<void> {
  const server = serverOf(ctx)
  const { provider } = server
  await server.run(ctx, async () => {
    const path = request.url.split('?')[0] ?? ''
    const details = await provider
      .interactionDetails(asNodeRequest(ctx, request, { url: path }), response)
      .catch((error: unknown) => {
        if (error instanceof Error && error.name === 'SessionNotFound') return undefined
        throw error
      })
    if (details === undefined || !path.endsWith(`/${details.uid}`))
      return sendPage(response, 400, errorPage('invalid_request', expired, baseOf(ctx)))
    const client = await provider.Client.find(String(details.params['client_id']))
    if (client === undefined)
      return sendPage(response, 400, errorPage('invalid_client', 'The program is not known', baseOf(ctx)))
    const { clientId, clientName = clientId } = client
    const asker: Asker = {
      clientName,
      clientHost: URL.canParse(clientId) ? new URL(clientId).host : undefined,
      redirectUri: String(details.params['redirect_uri']),
      action: `${baseOf(ctx)}/oauth/interaction/${details.uid}`,
      base: baseOf(ctx),
    }
    await work({ ctx, server, request, response, details, asker })
  })
}

/** Keeps what came of a step, and sends the browser on to the library, which goes on from there. */
async function finish(
  { ctx, server, request, response, asker }: Step,
  result: InteractionResults,
): Promise<void> {
  const path = request.url.split('?')[0] ?? ''
  const back = await server.provider.interactionResult(
    asNodeRequest(ctx, request, { url: path }),
    response,
    result,
    { mergeWithLastSubmission: true },
  )
  sendPage(response, 200, continuePage(asker.base, back))
}

async function takeLogin(step: Step, form: URLSearchParams): Promise<void> {
  const { ctx, request, response, asker } = step
  const email = form.get('email')?.trim() ?? ''
  const password = form.get('password') ?? ''
  const isReadable = emailField.safeParse(email).success && passwordField.safeParse(password).success
  if (!isReadable) {
    const message = 'Type your e-mail address and your password'
    return sendPage(response, 422, loginPage(asker, { email, message }))
  }
  try {
    const { user, freshHash } = await identify(ctx, email, password, request.ip)
    await ctx.db.transaction((sql) => recordSignIn(ctx, sql, user, freshHash))
    const accountId = accountIdOf({ tenantId: user.tenantId, userId: user.id })
    await finish(step, { login: { accountId, remember: false } })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    for (const [name, value] of Object.entries(error.headers ?? {})) response.setHeader(name, value)
    sendPage(response, error.status, loginPage(asker, { email, message: error.message }))
  }
}

/** Who decides, in which workspace, and what of what was asked for they could allow at all. */
async function readConsent({ ctx, details }: Step) {
  const person = readAccountId(String(details.session?.accountId ?? ''))
  const user = await findTenantUser(ctx.db.sql, person.tenantId, person.userId)
  if (user === undefined) throw new Error('a consent without a person')
  const asked = String(details.params['scope']).split(' ').filter(isScope)
  const allowed = scopesWithinRole(asked, user.role)
  const { name: tenantName } = await getTenant(ctx.db.sql, person.tenantId)
  return { user, asked, scopes: asked.filter((scope) => allowed.has(scope)), tenantName }
}

async function showConsent(step: Step, status: number, message?: string): Promise<void> {
  const { user, scopes, tenantName } = await readConsent(step)
  const said = message === undefined ? {} : { message }
  sendPage(step.response, status, consentPage(step.asker, { email: user.email, tenantName, scopes, ...said }))
}

async function takeConsent(step: Step, form: URLSearchParams): Promise<void> {
  const { ctx, server, request, details, asker } = step
  const { user, asked, scopes } = await readConsent(step)
  const chosen = new Set(form.getAll('scope'))
  const granted: Scope[] = scopes.filter((scope) => chosen.has(scope))
  if (granted.length === 0) return showConsent(step, 422, 'Choose at least one thing, or do not allow it')
  const clientId = String(details.params['client_id'])
  const { tenantId, id: userId } = user
  const grantId = ctx.ids.token(32)
  const of = { tenantId, userId, clientId, clientName: asker.clientName }
  const redirectHost = hostOf(asker.redirectUri)
  await createGrant(ctx, { ...of, grantId, redirectHost, scopes: granted, ip: request.ip })
  const { Grant } = server.provider
  const grant = new Grant({ accountId: accountIdOf({ tenantId, userId }), clientId })
  grant.jti = grantId
  const audience = resourceOf(ctx.config)
  grant.addResourceScope(audience, granted.join(' '))
  const refused = asked.filter((scope) => !granted.includes(scope))
  if (refused.length > 0) grant.rejectResourceScope(audience, refused.join(' '))
  await grant.save()
  await finish(step, { consent: { grantId } })
}
