import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { OAuthWorld } from '../../../../test/oauth-world.ts'
import { defaultScopes } from './oauth.schema.ts'

let app: TestApp
let world: OAuthWorld
let tenant: TestTenant

before(async () => {
  app = await createTestApp()
  world = await OAuthWorld.open(app)
  tenant = await world.tenant()
})
after(() => app.close())

suite('OAuth', () => {
  test('a foreign client library registers, gets consent, tokens, and works in the name of the person', async () => {
    const { server, client, tokens } = await world.connect(tenant)
    assert.equal(tokens.token_type, 'bearer')
    assert.equal(tokens.expires_in, 1800)
    assert.equal(tokens.scope, defaultScopes.join(' '))
    assert.equal((await world.call(tokens.access_token, '/sessions')).status, 200)
    const refused = await world.call(tokens.access_token, '/webhooks')
    assert.equal(refused.status, 403)
    assert.equal(refused.headers.get('x-required-scopes'), 'webhooks:read')
    const answer = await world.refresh(server, client, tokens.refresh_token ?? '')
    const fresh = await oauth.processRefreshTokenResponse(server, client, answer)
    assert.equal((await world.call(fresh.access_token, '/sessions')).status, 200)
  })
})
