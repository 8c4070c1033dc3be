import type { Simulator } from '../src/index.ts'

/** The status with which the service refuses something; undefined when it does not. */
export async function refusal(work: Promise<unknown>): Promise<number | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    return Number((error as { data?: unknown }).data)
  }
}

/** The LID of somebody, by which groups name people. */
export function lidOf(simulator: Simulator, phone: string): string | undefined {
  return simulator.state().accounts.find((account) => account.phone === phone)?.lid
}
