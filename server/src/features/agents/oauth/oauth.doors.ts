import type { ServerResponse } from 'node:http'
import type { Context } from '../../../context.ts'
import type { Door, DoorRequest } from '../../../door.ts'
import { endGrant } from './grants.service.ts'
import { answerInteraction, showInteraction } from './interaction.ts'
import { resourceMetadata, serverMetadata } from './metadata.ts'
import { findGrantByHash, findRecord } from './oauth.store.ts'
import { pageStyle } from './pages.ts'
import { asNodeRequest, serverOf } from './provider.ts'
import { hashId } from './records.ts'
import { authorizationQuery, RegistrationRefused, readClientMetadata, tokenForm } from './requests.ts'

/** Clients of one address that register in a minute: people do it once for each program. */
const registrationsPerMinute = 10

const formType = 'application/x-www-form-urlencoded'

function sendJson(response: ServerResponse, status: number, body: object, cacheControl: string): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': cacheControl,
  })
  response.end(`${JSON.stringify(body)}\n`)
}

/** A document about the installation, at several paths: clients ask with and without the path of what they want to use. */
function documentDoors(id: string, paths: readonly string[], read: (ctx: Context) => object): Door[] {
  return paths.map((path) => ({
    id,
    method: 'GET',
    path,
    perMinute: 300,
    serve: async (ctx, _request, response) => sendJson(response, 200, read(ctx), 'public, max-age=300'),
  }))
}

function queryOf({ url }: DoorRequest): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}

async function authorize(ctx: Context, request: DoorRequest, response: ServerResponse): Promise<void> {
  const url = `/oauth/authorize?${authorizationQuery(ctx.config, queryOf(request))}`
  await serverOf(ctx).answer(ctx, asNodeRequest(ctx, request, { url }), response)
}

/** Goes on where sign-in or consent ended. */
async function resume(ctx: Context, request: DoorRequest, response: ServerResponse): Promise<void> {
  const url = request.url.split('?')[0] ?? ''
  await serverOf(ctx).answer(ctx, asNodeRequest(ctx, request, { url }), response)
}

async function token(ctx: Context, request: DoorRequest, response: ServerResponse): Promise<void> {
  const type = request.headers['content-type'] ?? ''
  if (!type.toLowerCase().startsWith(formType)) {
    const description = `send a form (${formType})`
    const body = { error: 'invalid_request', error_description: description }
    return sendJson(response, 400, body, 'no-store')
  }
  const body = tokenForm(ctx.config, request.body.toString('utf8'))
  await serverOf(ctx).answer(
    ctx,
    asNodeRequest(ctx, request, { url: '/oauth/token', type: formType, body }),
    response,
  )
}

async function register(ctx: Context, request: DoorRequest, response: ServerResponse): Promise<void> {
  try {
    const body = JSON.stringify(readClientMetadata(parseJson(request.body)))
    const message = asNodeRequest(ctx, request, { url: '/oauth/register', type: 'application/json', body })
    await serverOf(ctx).answer(ctx, message, response)
  } catch (error) {
    if (!(error instanceof RegistrationRefused)) throw error
    sendJson(response, 400, { error: error.code, error_description: error.message }, 'no-store')
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    // What is no JSON is no object either, which is what the refusal says.
    return undefined
  }
}

/** Ends the whole grant of a token; whoever shows it may do so, and nobody learns whether it was one (RFC 7009). */
async function revoke(ctx: Context, request: DoorRequest, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(request.body.toString('utf8'))
  const idHash = hashId(form.get('token') ?? '')
  const now = ctx.clock.now()
  const record =
    (await findRecord(ctx.db.sql, 'RefreshToken', idHash, now)) ??
    (await findRecord(ctx.db.sql, 'AccessToken', idHash, now))
  const grantHash = record?.grantHash ?? undefined
  const grant = grantHash === undefined ? undefined : await findGrantByHash(ctx.db.sql, grantHash)
  const clientId = form.get('client_id')
  if (grant !== undefined && (clientId === null || clientId === grant.clientId))
    await endGrant(ctx, grant.grantHash, 'taken back by the program')
  response.writeHead(200, { 'cache-control': 'no-store', 'content-length': '0' }).end()
}

/** The same door at the paths that clients know. */
function at(paths: readonly string[], door: Omit<Door, 'path'>): Door[] {
  return paths.map((path) => ({ ...door, path }))
}

const wellKnown = '/.well-known'

/** The authorization server: OAuth 2.1 for programs that people give access. */
export const oauthDoors: readonly Door[] = [
  ...documentDoors(
    'oauth.server_metadata',
    [`${wellKnown}/oauth-authorization-server`, `${wellKnown}/oauth-authorization-server/mcp`],
    ({ config }) => serverMetadata(config),
  ),
  ...documentDoors(
    'oauth.resource_metadata',
    [`${wellKnown}/oauth-protected-resource`, `${wellKnown}/oauth-protected-resource/mcp`],
    ({ config }) => resourceMetadata(config),
  ),
  ...at(['/oauth/authorize', '/authorize'], { id: 'oauth.authorize', method: 'GET', serve: authorize }),
  ...at(['/oauth/authorize/:uid'], { id: 'oauth.resume', method: 'GET', serve: resume }),
  ...at(['/oauth/interaction/:uid'], { id: 'oauth.show', method: 'GET', serve: showInteraction }),
  ...at(['/oauth/interaction/:uid'], { id: 'oauth.decide', method: 'POST', serve: answerInteraction }),
  ...at(['/oauth/token', '/token'], {
    id: 'oauth.token',
    method: 'POST',
    countsRefusals: true,
    serve: token,
  }),
  ...at(['/oauth/register', '/register'], {
    id: 'oauth.register',
    method: 'POST',
    perMinute: registrationsPerMinute,
    serve: register,
  }),
  ...at(['/oauth/revoke'], { id: 'oauth.revoke', method: 'POST', serve: revoke }),
  ...at(['/oauth/page.css'], {
    id: 'oauth.style',
    method: 'GET',
    perMinute: 300,
    async serve(_ctx, _request, response) {
      response.writeHead(200, {
        'content-type': 'text/css; charset=utf-8',
        'cache-control': 'public, max-age=86400',
      })
      response.end(pageStyle)
    },
  }),
]
