import { createHash } from 'node:crypto'
import { type Context, tenantOf } from '../../../context.ts'
import { Answer, type RequestHints } from '../../../operation.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { getTenantPlan } from '../../account/plans/plans.service.ts'
import { requireCollector } from '../collectors/collectors.service.ts'
import { countReviews, walkReviews } from '../reviews/reviews.service.ts'
import { pageEnd, pageHead, renderReview, reviewPagePolicy } from './review-page.ts'
import { shownName, withoutContactData } from './shown-text.ts'
import { type CreateWidget, mostWidgets, type PublicReviews, tooManyWidgets } from './testimonials.schema.ts'
import { widgetScript } from './widget-script.ts'
import * as store from './widgets.store.ts'
import type { WidgetRow } from './widgets.tables.ts'

const tokenBytes = 24
/** How long a copy of the reviews may be shown: as long it takes until a hidden one is gone everywhere. */
const maxAgeSeconds = 300
const scriptAgeSeconds = 3600

function widgetToWire(ctx: Context, row: WidgetRow) {
  const base = `${ctx.config.publicUrl.replace(/(?<!\/)\/+$/, '')}/api/v2/reviews/public`
  const url = `${base}/${row.token}`
  const pageUrl = `${url}/page`
  return {
    id: row.id,
    name: row.name,
    collector_id: row.collectorId,
    limit: row.most,
    name_style: row.nameStyle,
    token: row.token,
    url,
    page_url: pageUrl,
    iframe_html: `<iframe src="${pageUrl}" title="Reviews" width="100%" height="480" loading="lazy" frameborder="0" sandbox></iframe>`,
    script_html: `<script src="${base}/script" data-moltflow-reviews="${row.token}" async></script>`,
    created_at: toTimestamp(row.createdAt),
  }
}

/** The widgets of the caller's tenant. */
export async function listWidgets(ctx: Context) {
  const rows = await store.listWidgetRows(ctx.db.sql, tenantOf(ctx))
  return { widgets: rows.map((row) => widgetToWire(ctx, row)), total: rows.length }
}

/** Makes a place where approved reviews are shown. */
export async function createWidget(ctx: Context, input: CreateWidget) {
  const { name, collector_id: collectorId = null, limit: most, name_style: nameStyle } = input
  if (collectorId !== null) await requireCollector(ctx, collectorId)
  if ((await store.listWidgetRows(ctx.db.sql, tenantOf(ctx))).length >= mostWidgets)
    throw tooManyWidgets.create()
  const row: WidgetRow = {
    id: ctx.ids.uuid(),
    tenantId: tenantOf(ctx),
    name,
    token: ctx.ids.token(tokenBytes),
    collectorId,
    most,
    nameStyle,
    createdAt: ctx.clock.now(),
  }
  await store.insertWidget(ctx.db.sql, row)
  return widgetToWire(ctx, row)
}

/** Takes a place back: its token leads nowhere from now on. */
export async function deleteWidget(ctx: Context, id: string): Promise<void> {
  if (!(await store.deleteWidgetRow(ctx.db.sql, tenantOf(ctx), id))) throw unknownThing('Widget')
}

/** The reviews behind a token; none while the tenant's plan has no reviews. */
async function readPublic(ctx: Context, token: string): Promise<PublicReviews> {
  const widget = await store.findWidgetByToken(ctx.db.sql, token)
  if (widget === undefined) throw unknownThing('Widget')
  const { tenantId, collectorId, most, nameStyle } = widget
  if (!(await getTenantPlan(ctx, tenantId)).features.has('reviews')) return { reviews: [], total: 0 }
  const filter = {
    tenantId,
    isApproved: true,
    isHidden: false,
    ...(collectorId === null ? {} : { collectorId }),
  }
  const reviews: PublicReviews['reviews'] = []
  for await (const rows of walkReviews(ctx, filter, { most, step: most })) {
    for (const row of rows)
      reviews.push({
        name: shownName(row.contactName, nameStyle),
        text: withoutContactData(row.messageText),
        language: row.detectedLanguage,
        date: toTimestamp(row.collectedAt).slice(0, 10),
      })
  }
  return { reviews, total: await countReviews(ctx, filter) }
}

/** What everybody may load and keep for a while, from pages of any origin. */
const openHeaders = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
}

type Conditions = RequestHints['conditions']

function answerOpenly(
  body: string,
  contentType: string,
  { ifNoneMatch }: Conditions,
  headers: Record<string, string> = {},
): Answer {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  const all = {
    ...openHeaders,
    etag,
    'cache-control': `public, max-age=${maxAgeSeconds}`,
    ...headers,
  }
  const isKnown = ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  if (isKnown === true) return new Answer(304, { contentType, body: '' }, all)
  return new Answer(200, { contentType, body }, all)
}

/** The reviews behind a token as JSON. */
export async function getPublicReviews(ctx: Context, token: string, conditions: Conditions): Promise<Answer> {
  const found = await readPublic(ctx, token)
  return answerOpenly(`${JSON.stringify(found)}\n`, 'application/json; charset=utf-8', conditions)
}

/** The reviews behind a token as a page for a frame. */
export async function getPublicPage(ctx: Context, token: string, conditions: Conditions): Promise<Answer> {
  const { reviews } = await readPublic(ctx, token)
  const html = pageHead + reviews.map(renderReview).join('') + pageEnd
  return answerOpenly(html, 'text/html; charset=utf-8', conditions, {
    'content-security-policy': `${reviewPagePolicy}; frame-ancestors *`,
    // Older than the policy above, which wins where both are known; there is no value that allows.
    'x-frame-options': '',
  })
}

/** The script that writes reviews into a page. */
export function getWidgetScript(conditions: Conditions): Answer {
  return answerOpenly(widgetScript, 'text/javascript; charset=utf-8', conditions, {
    'cache-control': `public, max-age=${scriptAgeSeconds}`,
  })
}
