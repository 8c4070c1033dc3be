import type { Context } from '../../../context.ts'
import { Answer } from '../../../operation.ts'
import { toTimestamp } from '../../../wire.ts'
import { pagePolicy, renderPage } from '../report-templates/report-page.service.ts'
import { getExecution } from './reports.service.ts'

/** What a run found out as a page of HTML, made anew each time; 404 for a run without a content. */
export async function getReportFile(ctx: Context, reportId: string, executionId: string): Promise<Answer> {
  const { report, execution } = await getExecution(ctx, reportId, executionId)
  const { content, name } = { ...execution, name: report.name }
  if (content === null) throw new Error('a run without a content was taken for one with')
  // Only what is ours: a name that somebody chose has no place in a header.
  const fileName = `${content.template_id}-${toTimestamp(execution.runAt).slice(0, 10)}.html`
  const body = Buffer.from(renderPage(content, name))
  return new Answer(
    200,
    { contentType: 'text/html; charset=utf-8', body },
    {
      'content-disposition': `attachment; filename="${fileName}"`,
      'content-security-policy': `${pagePolicy}; sandbox`,
      'x-content-type-options': 'nosniff',
    },
  )
}
