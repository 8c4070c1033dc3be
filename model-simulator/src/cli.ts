#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { startModelSimulator } from './start.ts'

const usage = 'usage: moltflow-model-simulator [--port 4010] [--key KEY ...] [--slow-ms 1500]'

function fail(message: string): never {
  process.stderr.write(`${message}\n${usage}\n`)
  process.exit(2)
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '4010' },
        key: { type: 'string', multiple: true },
        'slow-ms': { type: 'string', default: '1500' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (cause) {
    return fail((cause as Error).message)
  }
}

function number(name: string, value: string, max: number): number {
  const parsed = Number(value)
  if (!/^\d+$/.test(value) || parsed > max) fail(`--${name} must be a number from 0 to ${max}`)
  return parsed
}

const values = readOptions()
if (values.help) {
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}
const simulator = await startModelSimulator({
  port: number('port', values.port, 65_535),
  slowMs: number('slow-ms', values['slow-ms'], 600_000),
  ...(values.key !== undefined && { keys: values.key }),
}).catch((cause: Error) => fail(cause.message))
process.stdout.write(
  `Model simulator  ${simulator.url}\nOpenAI           ${simulator.url}/v1\nAnthropic        ${simulator.url}/v1\nOllama           ${simulator.url}/api and ${simulator.url}/ollama/v1\ncontrol API      ${simulator.url}/control\n`,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    simulator.close().then(
      () => process.exit(0),
      (cause: Error) => {
        process.stderr.write(`${cause.message}\n`)
        process.exit(1)
      },
    )
  })
}
