import { OperatorError } from '../operator-error.ts'

/** Why a PostgreSQL server cannot be used, as a sentence that names it without its password. */
export function describeServerProblem(connectionString: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error
  const { server, user, database } = partsOf(connectionString)
  const { code, message, syscall } = firstError(error)
  const sentence = (() => {
    if (error instanceof URIError) return 'A percent sign in DATABASE_URL encodes nothing: write it as %25.'
    if (code === 'ENOENT' && syscall === 'connect')
      return `There is no PostgreSQL at ${server}: start it, or correct DATABASE_URL.`
    switch (code) {
      case 'ECONNREFUSED':
        return `Nobody answers at ${server}: start PostgreSQL there, or correct DATABASE_URL.`
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        return `The host of ${server} is unknown: correct DATABASE_URL.`
      case 'ETIMEDOUT':
      case 'EHOSTUNREACH':
      case 'ENETUNREACH':
        return `${server} cannot be reached (${code}): check the network, or correct DATABASE_URL.`
      case '28P01':
      case '28000':
        return `${server} does not let ${user} in (${message}): check user and password in DATABASE_URL.`
      case '3D000':
        return `${server} has no database ${database}: make it (createdb ${database}), or correct DATABASE_URL.`
      case '42501':
        return `${user} may not use the database ${database} (${message}): make ${user} its owner.`
      case '53300':
        return `${server} has no free connection (${message}): raise max_connections, or stop what uses them.`
      case '57P03':
        return `${server} is starting or stopping (${message}): try again in a moment.`
      default:
        return `What answers at ${server} cannot be used as a PostgreSQL server (${message}): check DATABASE_URL.`
    }
  })()
  return new OperatorError(`The database server cannot be used. ${sentence}`, { cause: error })
}

function partsOf(connectionString: string) {
  const url = new URL(connectionString)
  const host = url.searchParams.get('host') ?? decode(url.hostname)
  const port = url.port === '' ? 5432 : url.port
  return {
    server: host.startsWith('/') ? `the socket in ${host}` : `${host}:${port}`,
    user: url.username === '' ? 'the user' : decode(url.username),
    database: decode(url.pathname.slice(1)),
  }
}

/** A percent sign that was not written as %25 is no reason for a stack. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A host with several addresses fails with an error for each. */
function firstError(error: unknown): { code: string; message: string; syscall: string | undefined } {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const { code = '', message, syscall } = first as { code?: string; message?: string; syscall?: string }
  return { code, message: message === undefined || message === '' ? code : message, syscall }
}
