// biome-ignore-all lint/performance/noBarrelFile: the entry of a package
// biome-ignore-all lint/performance/noReExportAll: what is generated has other names every time
export { type CallOptions, Client, type ClientOptions, type Request } from './client.ts'
export {
  ApiError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  type FieldError,
  MoltFlowError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  ServerError,
  TimeoutError,
  ValidationError,
} from './errors.ts'
export { MoltFlow } from './moltflow.gen.ts'
export type { Page } from './resource.ts'
export * from './resources.gen.ts'
export type { EventStream, StreamOptions } from './stream.ts'
export type * from './types.gen.ts'
export { type Delivery, verifyWebhook, WebhookVerificationError } from './webhooks.ts'
