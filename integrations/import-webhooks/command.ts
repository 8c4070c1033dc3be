import { parseArgs } from 'node:util'
import { ImportFailed } from './http.ts'
import { importWebhooks } from './import.ts'

const usage =
  'npm run import-webhooks -- --from waha|evolution --url <its address> [--key <its key>] [--apply]'

function needed(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new ImportFailed(`${what} is missing`)
  return value
}

function optionsOf(args: string[], env: NodeJS.ProcessEnv) {
  const { values } = parseArgs({
    args,
    options: {
      from: { type: 'string' },
      url: { type: 'string' },
      key: { type: 'string' },
      apply: { type: 'boolean', default: false },
    },
  })
  const url = needed(values.url, '--url')
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (!/^https?:$/.test(protocol)) throw new ImportFailed('--url is no address')
  return {
    from: needed(values.from, '--from'),
    url,
    key: values.key ?? env['IMPORT_KEY'] ?? '',
    api: {
      url: env['MOLTFLOW_API_URL'] || 'http://127.0.0.1:3000',
      key: needed(env['MOLTFLOW_API_KEY'], 'MOLTFLOW_API_KEY'),
    },
    isApplied: values.apply,
  }
}

/** The command with its arguments: the program's exit code. */
export async function runCommand(
  args: string[],
  env: NodeJS.ProcessEnv,
  tell: (line: string) => void,
): Promise<number> {
  try {
    return (await importWebhooks(optionsOf(args, env), tell)) ? 0 : 1
  } catch (error) {
    // What else is thrown may repeat what was written, and so a key.
    tell(error instanceof ImportFailed ? error.message : usage)
    return 1
  }
}
