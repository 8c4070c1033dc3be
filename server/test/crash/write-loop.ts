import pino from 'pino'
import { openDatabase } from '../../src/platform/database/open.ts'

/** Writes 1, 2, 3 ... and prints each number once its commit was acknowledged, until it is killed. */
async function main(directory: string): Promise<void> {
  const db = await openDatabase({ dataDirectory: directory, log: pino({ level: 'silent' }) })
  await db.pool.query('CREATE TABLE IF NOT EXISTS numbers (n int PRIMARY KEY)')
  const { rows } = await db.pool.query<{ n: number | null }>('SELECT max(n) AS n FROM numbers')
  for (let n = (rows[0]?.n ?? 0) + 1; ; n += 1) {
    await db.pool.query('INSERT INTO numbers VALUES ($1)', [n])
    process.stdout.write(`${n}\n`)
  }
}

await main(process.argv[2] ?? '')
