// What these nodes use of the package n8n-workflow, which n8n itself brings: it is no dependency to install here.
declare module 'n8n-workflow' {
  export const NodeConnectionTypes: { readonly Main: 'main' }

  export type Icon = `file:${string}.svg`
  export type Themed = Icon | { light: Icon; dark: Icon }

  export interface INodeProperties {
    displayName: string
    name: string
    type: string
    default: unknown
    description?: string
    hint?: string
    required?: boolean
    noDataExpression?: boolean
    placeholder?: string
    options?: unknown[]
    typeOptions?: Record<string, unknown>
    displayOptions?: { show?: Record<string, unknown[]>; hide?: Record<string, unknown[]> }
    routing?: Record<string, unknown>
  }

  export interface INodeTypeDescription {
    displayName: string
    name: string
    icon: Themed
    group: string[]
    version: number
    subtitle: string
    description: string
    defaults: { name: string }
    usableAsTool?: true
    inputs: string[]
    outputs: string[]
    credentials: { name: string; required: boolean }[]
    requestDefaults?: Record<string, unknown>
    webhooks?: { name: string; httpMethod: string; responseMode: string; path: string }[]
    properties: INodeProperties[]
  }

  export interface INodeType {
    description: INodeTypeDescription
  }

  export interface ICredentialType {
    name: string
    displayName: string
    documentationUrl: string
    icon: Themed
    properties: INodeProperties[]
    authenticate: { type: 'generic'; properties: { headers: Record<string, string> } }
    test: { request: { baseURL: string; url: string } }
  }

  export interface INode {
    name: string
  }

  export type IDataObject = Record<string, unknown>

  export type IHttpRequestMethods = 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT'

  export interface IHttpRequestOptions {
    method: IHttpRequestMethods
    url: string
    body?: IDataObject
    json?: boolean
    returnFullResponse?: boolean
    ignoreHttpStatusErrors?: boolean
  }

  export interface IN8nHttpFullResponse {
    statusCode: number
    headers: Record<string, unknown>
    body: unknown
  }

  interface Functions {
    getNode(): INode
    getNodeParameter(name: string, fallback?: unknown): unknown
    getWorkflowStaticData(kind: 'node'): IDataObject
  }

  export interface IHookFunctions extends Functions {
    getNodeWebhookUrl(name: string): string | undefined
    getWorkflow(): { name?: string }
    getCredentials(name: string): Promise<IDataObject>
    helpers: {
      httpRequestWithAuthentication(
        this: IHookFunctions,
        credential: string,
        options: IHttpRequestOptions,
      ): Promise<IN8nHttpFullResponse>
    }
  }

  export interface IWebhookFunctions extends Functions {
    getRequestObject(): { rawBody?: Uint8Array; readRawBody?: () => Promise<void> }
    getHeaderData(): Record<string, string | string[] | undefined>
    getBodyData(): IDataObject
    getResponseObject(): { status(code: number): { send(text: string): unknown } }
    helpers: { returnJsonArray(data: IDataObject | IDataObject[]): { json: IDataObject }[] }
  }

  export interface IWebhookResponseData {
    workflowData?: { json: IDataObject }[][]
    webhookResponse?: unknown
    noWebhookResponse?: boolean
  }

  export class NodeApiError extends Error {
    constructor(node: INode, answer: IDataObject, options?: { message?: string; httpCode?: string })
  }
}
