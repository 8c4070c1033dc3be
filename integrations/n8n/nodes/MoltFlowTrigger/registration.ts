import { type IDataObject, type IHookFunctions, type IHttpRequestMethods, NodeApiError } from 'n8n-workflow'

/** A webhook as the API shows it. */
export interface Webhook {
  id: string
  url: string
  events: string[]
  is_active: boolean
  has_secret: boolean
}

/** Asks the API; what is to be deleted may be gone already. */
export async function call(
  node: IHookFunctions,
  method: IHttpRequestMethods,
  path: string,
  body?: IDataObject,
): Promise<unknown> {
  const { baseUrl } = await node.getCredentials('moltFlowApi')
  const address = String(baseUrl)
    .trim()
    .replace(/(?:\/api\/v2)?\/?$/, '')
  const answer = await node.helpers.httpRequestWithAuthentication.call(node, 'moltFlowApi', {
    method,
    url: `${address}/api/v2${path}`,
    json: true,
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    ...(body === undefined ? {} : { body }),
  })
  if (answer.statusCode === 404 && method === 'DELETE') return undefined
  if (answer.statusCode >= 400) {
    const { detail } = (answer.body ?? {}) as IDataObject
    const scopes = answer.headers['x-required-scopes']
    const needs = scopes === undefined ? '' : ` (needs ${scopes})`
    const message = `MoltFlow answered ${answer.statusCode}: ${detail ?? 'nothing more'}${needs}`
    throw new NodeApiError(node.getNode(), { message }, { message, httpCode: String(answer.statusCode) })
  }
  return answer.body
}

/** The webhooks that deliver to an address. */
export async function listAtUrl(node: IHookFunctions, url: string | undefined): Promise<Webhook[]> {
  const all = (await call(node, 'GET', '/webhooks')) as Webhook[]
  return all.filter((webhook) => webhook.url === url)
}
