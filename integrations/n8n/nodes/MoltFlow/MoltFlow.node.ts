import { type INodeType, type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow'
import { properties } from './properties.js'

/** Every action of the API: what is sent where is all in the properties. */
export class MoltFlow implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'MoltFlow',
    name: 'moltFlow',
    icon: { light: 'file:moltflow.svg', dark: 'file:moltflow.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Send WhatsApp messages, work on leads, run campaigns',
    defaults: { name: 'MoltFlow' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'moltFlowApi', required: true }],
    requestDefaults: {
      baseURL: '={{ $credentials.baseUrl.trim().replace(/(?:\\/api\\/v2)?\\/?$/, "") }}/api/v2',
      json: true,
      headers: { Accept: 'application/json' },
    },
    properties,
  }
}
