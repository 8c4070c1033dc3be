import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { booleanQuery, idParams, timestampOutput, uuidField } from '../../../wire.ts'
import { nameStyles } from './widgets.tables.ts'

/** More pages than this nobody keeps apart. */
export const mostWidgets = 50

export const tooManyWidgets = defineError(
  'too_many_review_widgets',
  400,
  `There are ${mostWidgets} widgets already: delete one`,
)

const collectorId = uuidField.optional().meta({ examples: ['019c4c2e-6a00-7000-8000-000000000001'] })

/** What to export, and as what. */
export const exportQuery = z.object({
  format: z
    .enum(['json', 'html'])
    .default('json')
    .meta({ examples: ['json'] }),
  collector_id: collectorId,
  approved_only: booleanQuery().default(true).meta({ description: 'False: those nobody has approved, too' }),
})

/** An export as it is asked for. */
export type ExportInput = z.output<typeof exportQuery>

/** A review as it is given out: without a phone number, in the text neither. */
const testimonial = z.object({
  id: z.string(),
  contact_name: z.string().nullable(),
  message_text: z.string(),
  sentiment_score: z.number(),
  detected_language: z.string(),
  collected_at: timestampOutput,
})

/** Reviews as they are given out. */
export const exportAnswer = z.object({ testimonials: z.array(testimonial), total: z.int() }).meta({
  id: 'Testimonials',
  description: 'Reviews to be shown: hidden ones and phone numbers are left out',
})

/** One of them. */
export type Testimonial = z.infer<typeof testimonial>

/** A new widget. */
export const createWidgetBody = z
  .object({
    name: z.string().trim().min(1).max(255),
    collector_id: uuidField.nullable().optional().meta({ description: 'Null: reviews of every collector' }),
    limit: z.int().min(1).max(100).default(20).meta({ description: 'Reviews that are shown, the newest' }),
    name_style: z.enum(nameStyles).default('first').meta({
      description: 'How much of a name everybody may see: `full`, `first` word, `initials`, `none`',
    }),
  })
  .meta({ examples: [{ name: 'Front page', limit: 12, name_style: 'first' }] })

/** A widget, checked. */
export type CreateWidget = z.output<typeof createWidgetBody>

/** A widget with what to paste into a page. */
export const widgetObject = z
  .object({
    id: z.string(),
    name: z.string(),
    collector_id: z.string().nullable(),
    limit: z.int(),
    name_style: z.enum(nameStyles),
    token: z.string().meta({ description: 'Stands in public pages; delete the widget to take it back' }),
    url: z.string().meta({ description: 'The reviews as JSON, for anybody' }),
    page_url: z.string().meta({ description: 'The reviews as a page, for a frame' }),
    iframe_html: z.string().meta({ description: 'To paste: a frame, no script at all' }),
    script_html: z
      .string()
      .meta({ description: 'To paste: a script of this server that writes plain elements' }),
    created_at: timestampOutput,
  })
  .meta({ id: 'ReviewWidget', description: 'A place where approved reviews are shown to everybody' })

/** All widgets. */
export const widgetListAnswer = z.object({ widgets: z.array(widgetObject), total: z.int() })

/** Path of one widget. */
export const widgetParams = idParams

/** Path of what everybody may read. */
export const publicParams = z.object({
  token: z
    .string()
    .max(64)
    .meta({ examples: ['b3JkZXItb2YtdGhlLWdvbGRlbi1mbGVlY2U'] }),
})

/** Reviews for everybody. */
export const publicAnswer = z
  .object({
    reviews: z.array(
      z.object({
        name: z.string().nullable(),
        text: z.string(),
        language: z.string().meta({ description: 'For the attribute `lang`' }),
        date: z.iso.date(),
      }),
    ),
    total: z.int().meta({ description: 'Approved reviews in all' }),
  })
  .meta({ id: 'PublicReviews', description: 'Approved reviews, without anything that leads to a person' })

/** Reviews for everybody, on the wire. */
export type PublicReviews = z.infer<typeof publicAnswer>
