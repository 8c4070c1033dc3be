import pg from 'pg'
import { isServerTest } from './harness-database.ts'

let count = 0

/**
 * Environment that gives a started server a database of its own on the PostgreSQL server of the test run; nothing
 * when the run is about the embedded database, which lives in the data directory.
 */
export async function databaseEnvironment(): Promise<{ env: Record<string, string> } & AsyncDisposable> {
  const serverUrl = process.env.TEST_DATABASE_URL
  if (!isServerTest || serverUrl === undefined) return { env: {}, async [Symbol.asyncDispose]() {} }
  const name = `process_${process.pid}_${++count}`
  await onServer(serverUrl, `CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    env: { DATABASE_URL: url.href, MOLTFLOW_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') },
    [Symbol.asyncDispose]: () => onServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
