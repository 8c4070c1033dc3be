import type { INodeProperties } from 'n8n-workflow'

/** Everything the node asks; the build writes it from the API's description. */
export declare const properties: INodeProperties[]
