/** A request that cannot be met, with the HTTP status that says why and the field it is about. */
export class SimulatorError extends Error {
  readonly status: 400 | 404 | 405 | 409 | 413 | 422
  readonly field: string | undefined

  constructor(status: SimulatorError['status'], message: string, field?: string) {
    super(message)
    this.name = 'SimulatorError'
    this.status = status
    this.field = field
  }
}
