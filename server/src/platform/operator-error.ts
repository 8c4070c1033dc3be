/** A problem that the person who runs the program can solve: told as a sentence, without a stack, and the exit code is 1. */
export class OperatorError extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'OperatorError'
  }
}
