import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { suite, test } from 'node:test'
import { validate } from 'dockerfile-utils'
import { parse } from 'yaml'

const root = resolve(import.meta.dirname, '..')
const dockerfile = readFileSync(resolve(root, 'Dockerfile'), 'utf8')
const instructions = dockerfile
  .replace(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .map((line) => line.trim())
  .filter(Boolean)

/** The arguments of an instruction in the last stage, which is the image. */
function inImage(name: string): string[] {
  const start = instructions.findLastIndex((line) => line.startsWith('FROM '))
  const lines = instructions.slice(start).filter((line) => line.startsWith(`${name} `))
  return lines.map((line) => line.slice(name.length).trim())
}

interface Service {
  image: string
  environment: Record<string, string>
  healthcheck?: object
  depends_on?: Record<string, { condition: string }>
  ports?: string[]
  restart?: string
}

const compose = parse(readFileSync(resolve(root, 'compose.yaml'), 'utf8')) as {
  services: Record<string, Service>
}

suite('Dockerfile', () => {
  test('is valid', () => {
    assert.deepEqual(validate(dockerfile), [])
  })

  test('runs as a user who is not root, under an init, with a health check', () => {
    assert.deepEqual(inImage('USER'), ['node'])
    assert.deepEqual(inImage('ENTRYPOINT'), ['["tini", "--"]'])
    assert.match(inImage('HEALTHCHECK').join(), /\/health\/ready/)
    assert.deepEqual(inImage('VOLUME'), ['/data'])
  })

  test('copies only what exists', () => {
    for (const line of instructions.filter((text) => text.startsWith('COPY ') && !text.includes('--from='))) {
      const sources = line.split(/\s+/).slice(1, -1)
      for (const source of sources) assert.ok(existsSync(resolve(root, source)), `${source} of "${line}"`)
    }
  })

  test('has the Node that the lockfile names', () => {
    const lock = JSON.parse(readFileSync(resolve(root, 'package-lock.json'), 'utf8'))
    const [major] = String(lock.packages['node_modules/node'].version).split('.')
    for (const line of instructions.filter((text) => text.startsWith('FROM '))) {
      assert.match(line, new RegExp(`^FROM node:${major}-`))
    }
  })
})

suite('compose.yaml', () => {
  test('has no default for a secret', () => {
    const secrets = Object.values(compose.services).flatMap((service) =>
      Object.entries(service.environment).filter(([name]) =>
        /PASSWORD|SECRET|TOKEN|API_KEY|DATABASE_URL/.test(name),
      ),
    )
    assert.ok(secrets.length > 3)
    for (const [name, value] of secrets) {
      assert.match(value, /\$\{[A-Z_]+(:\?[^}]+|:-)\}/, `${name} must come from the environment`)
    }
  })

  test('starts the server when the database is healthy, and both again after a crash', () => {
    const { app, database } = compose.services
    assert.equal(app?.depends_on?.['database']?.condition, 'service_healthy')
    assert.ok(database?.healthcheck)
    assert.deepEqual([app?.restart, database.restart], ['unless-stopped', 'unless-stopped'])
  })

  test('is reached from this machine only, and the database from nowhere', () => {
    assert.ok(compose.services['app']?.ports?.every((port) => port.includes('127.0.0.1')))
    assert.equal(compose.services['database']?.ports, undefined)
  })
})
