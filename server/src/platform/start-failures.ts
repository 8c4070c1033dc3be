import { OperatorError } from './operator-error.ts'

const noRights = '42501'

/** Where the program would listen, for the sentences about it. */
export interface ListenAddress {
  host: string
  port: number
}

/** What a person can do about a start that failed, as a sentence; undefined when it is a fault of the program. */
export function describeStartFailure(error: unknown, address?: ListenAddress): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof OperatorError) return cause.message
    const sentence = describeCode(cause, address)
    if (sentence !== undefined) return sentence
  }
  return undefined
}

function describeCode(error: Error, address: ListenAddress | undefined): string | undefined {
  const { code, syscall, path } = error as NodeJS.ErrnoException
  const isListening = syscall === 'listen' || syscall === 'getaddrinfo'
  if (isListening && address !== undefined) return describeListen(code ?? '', address)
  if (code === noRights)
    return `The user of the database may not make what MoltFlow needs (${error.message}). Make it the owner of the database: ALTER DATABASE ... OWNER TO ...`
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === '53100')
    return `The disk is full${path === undefined ? '' : `: ${path} could not be written`}. Make room, then start again; nothing is lost.`
  if (code === 'EMFILE' || code === 'ENFILE')
    return 'The limit of open files is too low. Raise it (ulimit -n 4096), then start again.'
  return undefined
}

function describeListen(code: string, { host, port }: ListenAddress): string | undefined {
  const where = `${host}:${port}`
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use by another program. Stop that program, or set MOLTFLOW_PORT to another port.`
    case 'EACCES':
      return `This user may not listen on ${where}: ports below 1024 belong to the system. Set MOLTFLOW_PORT to a higher port and put a proxy in front.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return `MOLTFLOW_HOST ${host} is no address of this machine (${code}). Use 127.0.0.1, or 0.0.0.0 for all of its addresses.`
    default:
      return undefined
  }
}
