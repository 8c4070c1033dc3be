import { execFileSync } from 'node:child_process'
import { closeSync, fsyncSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system that a test can fill. */
export interface SmallDisk extends AsyncDisposable {
  path: string
  /** Fills it to the last byte, but for what is left. */
  fill(leftBytes?: number): void
  /** Takes the filling away. */
  free(): void
}

function mount(path: string, megabytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'tmpfs', path], {
    stdio: 'pipe',
  })
}

/** Why this machine lets no test have a small disk; false where it does. */
export const whyNoSmallDisk: string | false = (() => {
  const path = mkdtempSync(join(tmpdir(), 'moltflow-disk-'))
  try {
    mount(path, 1)
    execFileSync('umount', [path], { stdio: 'pipe' })
    return false
  } catch {
    return 'no small file system can be mounted here: that takes root and the right to mount'
  } finally {
    rmdirSync(path)
  }
})()

/** Mounts a file system of so many megabytes. */
export async function smallDisk(megabytes: number): Promise<SmallDisk> {
  const path = mkdtempSync(join(tmpdir(), 'moltflow-disk-'))
  mount(path, megabytes)
  const filler = join(path, 'filler')
  return {
    path,
    fill(leftBytes = 0) {
      const file = openSync(filler, 'a')
      for (const size of [1024 * 1024, 4096, 1]) {
        const part = Buffer.alloc(size)
        try {
          while (writeSync(file, part) === size);
        } catch {
          // Full for parts of this size.
        }
      }
      fsyncSync(file)
      closeSync(file)
      if (leftBytes > 0) execFileSync('truncate', ['-s', `-${leftBytes}`, filler])
    },
    free: () => rmSync(filler, { force: true }),
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['-l', path], { stdio: 'pipe' })
      rmdirSync(path)
    },
  }
}
