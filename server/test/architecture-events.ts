import type { Rule } from './architecture-zones.ts'

const webhooksArea = 'server/src/features/webhooks/'
const features = 'server/src/features/'
/** What others ask of webhooks: nothing in it makes deliveries. */
const publicWebhooks = /^server\/src\/features\/webhooks\/[\w-]+\/[\w-]+\.service\.ts$/

/**
 * Deliveries are made by the webhooks area alone, from what the others declare: nobody else gets at the rows and jobs
 * of deliveries, and the area gets at nobody's events.
 */
export const deliveriesInOnePlace: Rule = (files) =>
  files
    .filter(({ path }) => path.startsWith(features) && !path.endsWith('.test.ts'))
    .flatMap((file) =>
      file.imports.flatMap(({ target, line }) => {
        const advice = refuse(file.path.startsWith(webhooksArea), target)
        return advice === undefined ? [] : [`${file.path}:${line} imports ${target}: ${advice}`]
      }),
    )

function refuse(isWebhooks: boolean, target: string): string | undefined {
  if (isWebhooks) {
    const isForeign = target.startsWith(features) && !/\/features\/(webhooks|account)\//.test(target)
    return isForeign ? 'webhooks know no other area: declare the event in its manifest' : undefined
  }
  if (!target.startsWith(webhooksArea) || publicWebhooks.test(target)) return undefined
  return 'only the webhooks area makes deliveries: declare and publish an event'
}
