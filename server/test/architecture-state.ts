import type { FileFacts } from './source-facts.ts'

/** What may live in a module all the same, by file and name, and why. */
const allowed: Readonly<Record<string, string>> = {
  'platform/process-state.ts apps': 'is where the states of all applications hang',
  'platform/database/database.ts commitHooks': 'hangs on a transaction and goes with it',
  'transports/http/uploads.ts admitted': 'hangs on a request and goes with it',
  'transports/http/requests.ts charsets': 'hangs on a request and goes with it',
  'platform/secrets.ts rings': 'derived from the installation keys and from nothing else',
  'features/account/auth/access-tokens.ts keyRings':
    'derived from the installation keys and from nothing else',
  'features/safety/opt-outs/opt-out-words.ts normalised': 'derived from a list of words that never changes',
  'features/ai/sentiment/lexicon.ts lexicons': 'derived from lists of words that never change',
  'platform/text-language.ts loading': 'a table of the detector, which the library keeps itself',
  'platform/outgoing/safe-fetch.ts agents': 'idle connections, which end by themselves and hold nobody',
  'platform/errors.ts definitions': 'filled while the modules load',
  'platform/quick-imports.ts packages': 'a hook of the module loader, before any application',
  'platform/database/embedded/prestart.ts prestarted':
    'opened by the launcher, before there is an application',
}

/** What a process remembers is made by defineProcessState, so that it belongs to an application and is closed with it. */
export function noModuleState(files: readonly FileFacts[]): string[] {
  return files
    .filter(({ path }) => path.startsWith('server/src/') && !path.endsWith('.test.ts'))
    .flatMap(({ path, moduleState }) =>
      moduleState
        .filter(({ name }) => allowed[`${path.slice('server/src/'.length)} ${name}`] === undefined)
        .map(
          ({ name, line }) =>
            `${path}:${line} ${name} lives as long as the process: make it with defineProcessState(create, close)`,
        ),
    )
}

/** A permission that nobody needs any more, for a file that changed. */
export function unusedStatePermissions(files: readonly FileFacts[]): string[] {
  const found = new Set(
    files.flatMap(({ path, moduleState }) =>
      moduleState.map(({ name }) => `${path.slice('server/src/'.length)} ${name}`),
    ),
  )
  return Object.keys(allowed)
    .filter((place) => !found.has(place))
    .map((place) => `architecture-state.ts allows ${place}, which is not there: strike it out`)
}
