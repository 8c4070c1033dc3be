import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import type { PasswordCost } from '../../../config.ts'
import type { Context } from '../../../context.ts'
import { unavailable } from '../../../platform/errors.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { Semaphore } from '../../../platform/semaphore.ts'

const saltBytes = 16
const hashBytes = 32

/** Two at a time, or a burst of sign-ins would take memory and every worker thread of the process. */
const mostAtOnce = 2
/** Beyond this a wait would outlast the request; refusing keeps a flood from piling up. */
const mostWaiting = 100
const limiters = defineProcessState(() => new Semaphore(mostAtOnce))

async function derive(
  ctx: Context,
  password: string,
  salt: Buffer,
  parameters: PasswordCost,
  length: number,
): Promise<Buffer> {
  const limiter = limiters.of(ctx)
  if (limiter.waitingCount >= mostWaiting) throw unavailable.create({ headers: { 'Retry-After': '5' } })
  const options: ScryptOptions = {
    N: 2 ** parameters.log2N,
    r: parameters.blockSize,
    p: parameters.parallelization,
    maxmem: 256 * 2 ** parameters.log2N * parameters.blockSize,
  }
  return limiter.run(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, length, options, (error, key) =>
          error ? reject(error) : resolve(key),
        )
      }),
  )
}

function encode(parameters: PasswordCost, salt: Buffer, hash: Buffer): string {
  const { log2N, blockSize, parallelization } = parameters
  return `$scrypt$ln=${log2N},r=${blockSize},p=${parallelization}$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** The hash to store: `$scrypt$ln=..,r=..,p=..$salt$hash`. */
export async function hashPassword(ctx: Context, password: string): Promise<string> {
  const salt = Buffer.from(ctx.ids.token(saltBytes), 'base64url')
  const cost = ctx.config.passwordCost
  return encode(cost, salt, await derive(ctx, password, salt, cost, hashBytes))
}

const hashPattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/

/**
 * Whether the password is the stored one. Without a stored hash it works just as long and says no, so that
 * the time of an answer does not tell which addresses have an account.
 */
export async function verifyPassword(
  ctx: Context,
  password: string,
  stored: string | null | undefined,
): Promise<boolean> {
  const parts = stored === null || stored === undefined ? null : hashPattern.exec(stored)
  if (parts === null) {
    await derive(ctx, password, Buffer.alloc(saltBytes), ctx.config.passwordCost, hashBytes)
    return false
  }
  const [, log2N, blockSize, parallelization, salt = '', hash = ''] = parts
  const parameters = {
    log2N: Number(log2N),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
  }
  const expected = Buffer.from(hash, 'base64url')
  const actual = await derive(ctx, password, Buffer.from(salt, 'base64url'), parameters, expected.length)
  return timingSafeEqual(actual, expected)
}

/** Whether a hash was made with other parameters than new ones: then the next sign-in makes it anew. */
export function isOutdated({ config }: Context, stored: string): boolean {
  const { log2N, blockSize, parallelization } = config.passwordCost
  return !stored.startsWith(`$scrypt$ln=${log2N},r=${blockSize},p=${parallelization}$`)
}
