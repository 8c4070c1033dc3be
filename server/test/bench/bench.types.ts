/** One line of the table. */
export interface Row {
  what: string
  database: string
  figure: string
  goal: string
  isMet: boolean
}

/** Where and how long to measure. */
export interface BenchOptions {
  /** `embedded` or `server`. */
  database: string
  databaseUrl?: string
  isQuick: boolean
}

/** A measurement: what it found, and its lines. */
export interface Bench {
  /** For `--only`. */
  name: string
  /** Takes so long that it runs only when asked for. */
  isLong?: boolean
  run(options: BenchOptions): Promise<{ rows: Omit<Row, 'database'>[]; raw: unknown }>
}

/** The address of the server's database, as the measurements take it. */
export const urlOf = ({ databaseUrl }: BenchOptions) => (databaseUrl === undefined ? {} : { databaseUrl })
