#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { openApiDocument } from './control/openapi.ts'
import { routes } from './control/routes.ts'
import { useFastKeys } from './encryption/fast-keys.ts'
import { createSimulator, SIMULATOR_ROOT_PUBLIC_KEY } from './index.ts'

const usage = `usage: moltflow-simulator [--port 4000] [--control-port 4001] [--delivery-ms 250] [--read-ms 500]
       [--media-port 0] [--state FILE] [--log]
       moltflow-simulator --openapi    prints the control API as an OpenAPI document`

/** libsignal prints whole sessions, keys included, through these: nothing of it may reach a terminal. */
function silenceConsole(): void {
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) console[name] = () => undefined
}

function fail(message: string): never {
  process.stderr.write(`${message}\n${usage}\n`)
  process.exit(2)
}

/** Ends the program once all is written: a pipe takes 64 KB at a time. A reader that leaves early ends it too. */
function print(text: string): Promise<never> {
  return new Promise(() => {
    process.stdout.write(`${text}\n`, () => process.exit(0))
  })
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '4000' },
        'control-port': { type: 'string', default: '4001' },
        'delivery-ms': { type: 'string', default: '250' },
        'read-ms': { type: 'string', default: '500' },
        'media-port': { type: 'string', default: '0' },
        state: { type: 'string' },
        log: { type: 'boolean', default: false },
        openapi: { type: 'boolean', default: false },
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

silenceConsole()
useFastKeys()
const values = readOptions()
if (values.help) {
  await print(usage)
}
if (values.openapi) {
  await print(JSON.stringify(openApiDocument(routes), null, 2))
}
const simulator = await createSimulator({
  port: number('port', values.port, 65_535),
  controlPort: number('control-port', values['control-port'], 65_535),
  deliveryMs: number('delivery-ms', values['delivery-ms'], 600_000),
  readMs: number('read-ms', values['read-ms'], 600_000),
  mediaPort: number('media-port', values['media-port'], 65_535),
  ...(values.state !== undefined && { state: values.state }),
  log: values.log,
}).catch((cause: Error) => fail(cause.message))
process.stdout.write(
  `WhatsApp simulator  ${simulator.url}\ncontrol API         ${simulator.controlUrl}\nroot public key     ${SIMULATOR_ROOT_PUBLIC_KEY}\n`,
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
