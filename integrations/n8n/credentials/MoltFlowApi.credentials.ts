import type { ICredentialType, INodeProperties } from 'n8n-workflow'

/** The address of an installation and a key of it. */
export class MoltFlowApi implements ICredentialType {
  name = 'moltFlowApi'

  displayName = 'MoltFlow API'

  documentationUrl = 'https://moltflow.example/guides/n8n'

  icon = {
    light: 'file:../nodes/MoltFlow/moltflow.svg',
    dark: 'file:../nodes/MoltFlow/moltflow.dark.svg',
  } as const

  properties: INodeProperties[] = [
    {
      displayName: 'Address',
      name: 'baseUrl',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. https://moltflow.example.com',
      description: 'Where your installation answers, without /api/v2',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      placeholder: 'e.g. mf_...',
      description: 'A key with the scopes that your workflows need; the trigger needs webhooks:manage',
    },
  ]

  authenticate = {
    type: 'generic',
    properties: { headers: { 'X-API-Key': '={{ $credentials.apiKey }}' } },
  } as const

  test = {
    request: {
      baseURL: '={{ $credentials.baseUrl.trim().replace(/(?:\\/api\\/v2)?\\/?$/, "") }}/api/v2',
      url: '/auth/me',
    },
  }
}
