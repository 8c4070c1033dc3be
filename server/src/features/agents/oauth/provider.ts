import { AsyncLocalStorage } from 'node:async_hooks'
import { createPrivateKey, hkdfSync } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import type { Configuration, JWK, default as ProviderClass } from 'oidc-provider'
import type { Context } from '../../../context.ts'
import type { DoorRequest } from '../../../door.ts'
import { safeFetch } from '../../../platform/outgoing/safe-fetch.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { getTenant } from '../../account/tenants/tenants.service.ts'
import { findTenantUser } from '../../account/users/users.service.ts'
import { audienceOf, resourceOf } from './metadata.ts'
import { grantableScopes } from './oauth.schema.ts'
import { errorPage, sendPage } from './pages.ts'
import { createRecordAdapter, readAccountId } from './record-adapter.ts'
import { readClientMetadata } from './requests.ts'
import { newAccessToken } from './tokens.service.ts'

/** How long an access token lives. */
export const accessTokenSeconds = 1800
const codeSeconds = 60
const refreshTokenSeconds = 30 * 86_400
/** After this a person consents anew. */
const grantSeconds = 365 * 86_400
/** How long somebody may take to sign in and to read what is asked for. */
const interactionSeconds = 15 * 60
/** Long enough for sign-in and consent; nobody stays signed in on these pages. */
const sessionSeconds = 15 * 60
const documentBytes = 20 * 1024
/** What stands before the bytes of an Ed25519 key in PKCS #8. */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const documentTimeoutMs = 5_000

type NodeCallback = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** The library, and the requests that it works on. */
export class AuthorizationServer {
  readonly provider: ProviderClass
  /** Whose request runs: adapters are made once, and asked within many. */
  readonly #requests = new AsyncLocalStorage<Context>()
  readonly #callback: NodeCallback

  constructor(root: Context) {
    // Loaded with the first request, not with the program: it brings a web framework of its own.
    const library: typeof import('oidc-provider') = createRequire(import.meta.url)('oidc-provider')
    const { Provider, errors } = library
    const contextOf = () => this.#requests.getStore() ?? root
    const adapterOf = (kind: string) =>
      createRecordAdapter(contextOf, kind, () => new errors.InvalidGrant('already used'))
    const refuseTarget = () => new errors.InvalidTarget()
    const configuration = configure(root, contextOf, refuseTarget)
    this.provider = new Provider(root.config.publicUrl, { ...configuration, adapter: adapterOf })
    this.provider.proxy = true
    const provider: EventEmitter = this.provider
    provider.on('error', (error) => root.log.error({ err: error }, 'OAuth failed'))
    this.provider.on('server_error', (_ctx, error) => root.log.error({ err: error }, 'OAuth failed'))
    // Told apart from keys and from the tokens of sign-in by how they begin; also by those who search for leaked ones.
    nameTokens(this.provider.AccessToken.prototype, () => newAccessToken(root))
    nameTokens(this.provider.RefreshToken.prototype, () => `mr_${root.ids.token(32)}`)
    this.#callback = this.provider.callback() as NodeCallback
  }

  /** Lets the library answer. */
  async answer(ctx: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#requests.run(ctx, () => this.#callback(request, response))
  }

  /** Runs what asks the library for something within a request. */
  run<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
    return this.#requests.run(ctx, work)
  }
}

/** Lets the library prepare a token as it does, and gives it a text of ours. */
function nameTokens(prototype: object, make: () => string): void {
  const tokens = prototype as { generateTokenId(): string }
  const prepare = tokens.generateTokenId
  tokens.generateTokenId = function named(this: unknown) {
    prepare.call(this)
    return make()
  }
}

const servers = defineProcessState((ctx: Context) => new AuthorizationServer(withoutCaller(ctx)))

function withoutCaller(ctx: Context): Context {
  return { ...ctx, caller: { kind: 'anonymous', ip: '' } }
}

/** The authorization server of the application, made at first use. */
export function serverOf(ctx: Context): AuthorizationServer {
  return servers.of(ctx)
}

/**
 * The request as the library gets it: at the address by which the installation is known, whatever proxy or name it came
 * through, and with a body that can be read.
 */
export function asNodeRequest(
  { config }: Context,
  request: DoorRequest,
  { url, type, body }: { url: string; type?: string; body?: string },
): IncomingMessage {
  const own = new URL(config.publicUrl)
  // With a socket of its own: the library must not end that of the request, which may carry more.
  const message = new IncomingMessage(new Socket())
  const { cookie, accept, 'user-agent': userAgent, origin } = request.headers
  const prefix = own.pathname === '/' ? '' : own.pathname
  Object.assign(message, { method: request.method, url, originalUrl: `${prefix}${url}` })
  const headers: Record<string, string | undefined> = {
    host: own.host,
    'x-forwarded-proto': own.protocol.slice(0, -1),
    cookie,
    accept,
    'user-agent': userAgent,
    origin,
    'content-type': type,
    'content-length': body === undefined ? undefined : String(Buffer.byteLength(body)),
  }
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) message.headers[name] = value
  if (body !== undefined) message.push(body)
  message.push(null)
  message.complete = true
  return message
}

function configure(root: Context, contextOf: () => Context, refuseTarget: () => Error): Configuration {
  const { config } = root
  return {
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      registration: '/oauth/register',
      jwks: '/oauth/jwks',
      end_session: '/oauth/end',
    },
    jwks: { keys: [signingKey(root)] },
    enabledJWA: { idTokenSigningAlgValues: ['EdDSA'] },
    cookies: cookiesOf(root),
    scopes: [],
    responseTypes: ['code'],
    clientAuthMethods: ['none'],
    clientDefaults: {
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'EdDSA',
    },
    clientBasedCORS: () => false,
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: codeSeconds,
      RefreshToken: refreshTokenSeconds,
      Grant: grantSeconds,
      Interaction: interactionSeconds,
      Session: sessionSeconds,
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    expiresWithSession: async () => false,
    revokeGrantPolicy: () => true,
    // Each consent is a grant of its own, so that one program on two machines can be stopped on one of them.
    async loadExistingGrant({ oidc }) {
      const grantId = oidc.result?.consent?.grantId
      return grantId === undefined ? undefined : oidc.provider.Grant.find(grantId)
    },
    async findAccount(_ctx, accountId) {
      const { db } = contextOf()
      const { tenantId, userId } = readAccountId(accountId)
      const user = await findTenantUser(db.sql, tenantId, userId)
      if (user === undefined || user.suspendedAt !== null || user.deactivatedAt !== null) return undefined
      if ((await getTenant(db.sql, tenantId)).status !== 'active') return undefined
      return { accountId, claims: async () => ({ sub: accountId }) }
    },
    interactions: { url: (_ctx, { uid }) => `${config.publicUrl}/oauth/interaction/${uid}` },
    async renderError({ res }, { error, error_description: description }) {
      sendPage(res, res.statusCode, errorPage(error, description))
    },
    fetch: (url) => fetchDocument(contextOf(), String(url)),
    fetchResponseBodyLimits: { 'client_id metadata document': documentBytes },
    features: featuresOf(root, refuseTarget),
  } as Configuration
}

function featuresOf({ config }: Context, refuseTarget: () => Error): Configuration['features'] {
  const audience = resourceOf(config)
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
    registration: { enabled: true, issueRegistrationAccessToken: false },
    clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => audience,
      useGrantedResource: async () => true,
      async getResourceServerInfo(_ctx, resource) {
        if (audienceOf(config, resource) !== audience) throw refuseTarget()
        return {
          scope: grantableScopes.join(' '),
          audience,
          accessTokenTTL: accessTokenSeconds,
          accessTokenFormat: 'opaque',
        }
      },
    },
  }
}

/** Nothing is signed, since tokens are opaque and there are no id tokens; but the library wants a key that could. */
function signingKey({ config }: Context): JWK {
  const [newest = ''] = config.secretKey.split(',')
  const seed = hkdfSync('sha256', Buffer.from(newest.trim(), 'base64'), '', 'moltflow oauth signing v1', 32)
  const der = Buffer.concat([ed25519Prefix, Buffer.from(seed)])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' })
  return { ...key, alg: 'EdDSA', use: 'sig' } as JWK
}

function cookiesOf({ config }: Context): Configuration['cookies'] {
  const keys = config.secretKey
    .split(',')
    .map((text) =>
      Buffer.from(
        hkdfSync('sha256', Buffer.from(text.trim(), 'base64'), '', 'moltflow oauth cookies v1', 32),
      ).toString('base64url'),
    )
  const { pathname, protocol } = new URL(config.publicUrl)
  const options = { httpOnly: true, sameSite: 'lax', signed: true, secure: protocol === 'https:' } as const
  return {
    names: {
      session: 'moltflow_oauth',
      interaction: 'moltflow_oauth_request',
      resume: 'moltflow_oauth_resume',
    },
    long: { ...options, path: `${pathname === '/' ? '' : pathname}/oauth` },
    short: options,
    keys,
  }
}

/** A client that names itself by an address is described there; it gets no more than one that registers. */
async function fetchDocument(ctx: Context, url: string): Promise<Response> {
  const answer = await safeFetch(url, {
    allow: ctx.config.outgoingAllow,
    headers: { accept: 'application/json' },
    timeoutMs: documentTimeoutMs,
    maxBytes: documentBytes,
  })
  if (answer.status !== 200) return new Response(null, { status: answer.status })
  const said: unknown = JSON.parse(answer.body.toString('utf8'))
  const { client_id: clientId, token_endpoint_auth_method: method = 'none' } = said as Record<string, unknown>
  const kept = { ...readClientMetadata(said), client_id: clientId, token_endpoint_auth_method: method }
  const cacheControl = answer.headers.get('cache-control')
  return Response.json(kept, { headers: cacheControl === null ? {} : { 'cache-control': cacheControl } })
}
