import axe from 'axe-core'
import type { Page } from 'playwright-core'

interface Finding {
  id: string
  impact: string
  help: string
  nodes: { target: string[]; failureSummary: string }[]
}

/**
 * What axe finds serious or critical on a page, as lines; none when all is well. Contrast, which takes as long as all
 * the rest, can be looked at alone or left out.
 */
export async function findBarriers(page: Page, contrast?: 'alone' | 'not'): Promise<string[]> {
  const only =
    contrast === 'alone'
      ? { runOnly: { type: 'rule', values: ['color-contrast'] } }
      : { rules: { 'color-contrast': { enabled: contrast !== 'not' } } }
  const options = JSON.stringify({ resultTypes: ['violations'], ...only })
  // By the debugger: the page's own policy rightly refuses scripts that are written into it.
  await page.evaluate(axe.source)
  const findings: Finding[] = await page.evaluate(
    `axe.run(document, ${options}).then(({ violations }) => violations)`,
  )
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${help}. ${failureSummary}`),
    )
}
