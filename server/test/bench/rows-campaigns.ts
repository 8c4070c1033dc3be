import { type Bench, urlOf } from './bench.types.ts'
import { benchCampaigns } from './campaigns.ts'

/** Campaigns with many recipients who wait. */
export const campaignsBench: Bench = {
  name: 'campaigns',
  isLong: true,
  async run(options) {
    const raw = await benchCampaigns({
      ...urlOf(options),
      ...(options.isQuick ? { friends: 100, manyJobs: 100 } : {}),
    })
    const { before, after } = raw
    const cpuOf = (turn: typeof before) => turn.programMs + turn.databaseMs
    const ratio = cpuOf(after) / cpuOf(before)
    const told = ({ programMs, databaseMs, wallMs, highestMb, pages }: typeof before) =>
      `${pages.toFixed(0)} pages, ${(programMs + databaseMs).toFixed(2)} ms CPU (database ${databaseMs.toFixed(2)}), ${wallMs.toFixed(1)} ms, ${highestMb.toFixed(0)} MB`
    const what = `(t) a message of a campaign with ${raw.few.toLocaleString('en')} and ${raw.many.toLocaleString('en')} recipients waiting`
    const figure = `${told(before)}; ${told(after)}: pages ${(after.pages / Math.max(1, before.pages)).toFixed(2)}, CPU ${ratio.toFixed(2)}, time ${(after.wallMs / before.wallMs).toFixed(2)}, memory ${(after.highestMb / before.highestMb).toFixed(2)}`
    const isMet = ratio <= 1.2 && after.highestMb <= 1.1 * before.highestMb
    return { raw, rows: [{ what, figure, goal: 'CPU <= 1.20, memory <= 1.10', isMet }] }
  },
}
