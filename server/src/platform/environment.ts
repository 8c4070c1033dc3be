import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { OperatorError } from './operator-error.ts'

/** The environment's variables, by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where data go when MOLTFLOW_DATA_DIR is not set, relative to the working directory. */
export const defaultDataDirectory = './data'

/** A process's environment completed by what `.env` in the working directory says. */
export function withFile(environment: Environment): Environment {
  return { ...readFile(), ...environment }
}

function readFile(): Environment {
  if (!existsSync('.env')) return {}
  try {
    return parseEnv(readFileSync('.env', 'utf8'))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new OperatorError(
      code === 'EISDIR' ? '.env is a directory, not a file.' : `.env cannot be read (${code}).`,
      { cause },
    )
  }
}

/** What is set: an empty value in a `.env` file means that it is not. */
export function givenIn(environment: Environment): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value !== '') given[name] = value
  }
  return given
}
