import { randomBytes } from 'node:crypto'
import {
  type IDataObject,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow'
import { events } from './events.js'
import { call, listAtUrl, type Webhook } from './registration.js'
import { findForgery } from './signatures.js'

/** How many deliveries are remembered, so that what comes twice starts the workflow once. */
const remembered = 500

/** Whether the webhook of the last activation is still there; it is put right when it is. */
async function isRegistered(node: IHookFunctions): Promise<boolean> {
  const data = node.getWorkflowStaticData('node')
  const found = await listAtUrl(node, node.getNodeWebhookUrl('default'))
  const own = found.find(({ id }) => id === data.webhookId)
  const isOurs = own?.has_secret === true && typeof data.secret === 'string'
  // Whatever else delivers here is of an activation that nobody remembers: it would start the workflow once more.
  for (const { id } of found) if (!isOurs || id !== own.id) await call(node, 'DELETE', `/webhooks/${id}`)
  if (!isOurs) {
    forget(data)
    return false
  }
  // Changed rather than made anew: what waits to be delivered stays.
  const events = node.getNodeParameter('events') as string[]
  const isSame = own.is_active && [...own.events].sort().join() === [...events].sort().join()
  if (!isSame) await call(node, 'PATCH', `/webhooks/${own.id}`, { events, is_active: true })
  return true
}

async function register(node: IHookFunctions): Promise<boolean> {
  const data = node.getWorkflowStaticData('node')
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const made = (await call(node, 'POST', '/webhooks', {
    name: `n8n: ${node.getWorkflow().name ?? 'workflow'}`.slice(0, 255),
    url: node.getNodeWebhookUrl('default'),
    events: node.getNodeParameter('events'),
    secret,
  })) as Webhook
  data.webhookId = made.id
  data.secret = secret
  return true
}

async function unregister(node: IHookFunctions): Promise<boolean> {
  const data = node.getWorkflowStaticData('node')
  if (typeof data.webhookId === 'string') await call(node, 'DELETE', `/webhooks/${data.webhookId}`)
  forget(data)
  return true
}

function forget(data: IDataObject): void {
  delete data.webhookId
  delete data.secret
}

/** Whether this delivery came before; remembers it. */
function isRepeated(data: IDataObject, id: string): boolean {
  const seen = Array.isArray(data.seen) ? (data.seen as string[]) : []
  if (seen.includes(id)) return true
  data.seen = [...seen, id].slice(-remembered)
  return false
}

/** Whether the workflow wants an event of this session and chat; what names none of them is of all. */
function isWanted(node: IWebhookFunctions, body: IDataObject): boolean {
  const filters = node.getNodeParameter('filters', {}) as IDataObject
  const about = (body.data ?? {}) as IDataObject
  const place = { session_id: about.session_id, chat_id: about.chat_id ?? about.wa_group_id }
  return Object.entries(place).every(
    ([name, value]) => !filters[name] || value === undefined || filters[name] === value,
  )
}

/** Starts a workflow with an event: registers its own webhook, and believes only what is signed. */
export class MoltFlowTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'MoltFlow Trigger',
    name: 'moltFlowTrigger',
    icon: { light: 'file:../MoltFlow/moltflow.svg', dark: 'file:../MoltFlow/moltflow.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{ $parameter["events"].join(", ") }}',
    description: 'Starts the workflow when something happens on WhatsApp',
    defaults: { name: 'MoltFlow Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'moltFlowApi', required: true }],
    webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
    properties: [
      {
        displayName: 'Events',
        name: 'events',
        type: 'multiOptions',
        required: true,
        default: ['message.received'],
        options: events,
        description: 'What starts the workflow',
      },
      {
        displayName: 'Filters',
        name: 'filters',
        type: 'collection',
        placeholder: 'Add Filter',
        default: {},
        options: [
          {
            displayName: 'Chat ID',
            name: 'chat_id',
            type: 'string',
            default: '',
            placeholder: 'e.g. 15550100101@c.us',
            description: 'Only events of this person, group or channel',
          },
          {
            displayName: 'Session ID',
            name: 'session_id',
            type: 'string',
            default: '',
            description: 'Only events of this WhatsApp account',
          },
        ],
      },
    ],
  }

  // Written out, because that is what n8n's linter looks for.
  webhookMethods = {
    default: {
      checkExists(this: IHookFunctions): Promise<boolean> {
        return isRegistered(this)
      },
      create(this: IHookFunctions): Promise<boolean> {
        return register(this)
      },
      delete(this: IHookFunctions): Promise<boolean> {
        return unregister(this)
      },
    },
  }

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    const refuse = (why: string): IWebhookResponseData => {
      this.getResponseObject().status(401).send(why)
      return { noWebhookResponse: true }
    }
    const data = this.getWorkflowStaticData('node')
    const request = this.getRequestObject()
    await request.readRawBody?.()
    const { rawBody } = request
    if (rawBody === undefined || typeof data.secret !== 'string') return refuse('Nothing to verify it with')
    const headers = this.getHeaderData()
    const header = (name: string) => String(headers[name] ?? '')
    const signed = {
      id: header('webhook-id'),
      timestamp: header('webhook-timestamp'),
      signature: header('webhook-signature'),
    }
    const forgery = findForgery(data.secret, signed, rawBody, Date.now())
    if (forgery !== undefined) return refuse(forgery)
    if (isRepeated(data, signed.id)) return { webhookResponse: 'Had it before' }
    const body = this.getBodyData()
    if (!isWanted(this, body)) return { webhookResponse: 'Not wanted' }
    return { workflowData: [this.helpers.returnJsonArray(body)] }
  }
}
