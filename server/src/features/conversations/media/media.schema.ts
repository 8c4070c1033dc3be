import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'

export const wrongFileType = defineError('wrong_file_type', 400, 'The file is of another type')
export const unreadableFile = defineError('unreadable_file', 400, 'The file cannot be read')
export const converterMissing = defineError(
  'converter_missing',
  400,
  'The file needs to be converted, and ffmpeg is not installed on the server',
)
export const mediaNotFound = defineError(
  'media_not_found',
  400,
  'media_url: the file could not be downloaded',
)
export const fileTooLarge = defineError('file_too_large', 413, 'The file is too large')
export const noMedia = defineError('no_media', 404, 'The message has no file')
export const mediaGone = defineError(
  'media_gone',
  410,
  'The file is no longer kept here, and the message is too old to get it from WhatsApp',
)
export const rangeNotSatisfiable = defineError(
  'range_not_satisfiable',
  416,
  'The range lies outside of the file',
)

/** Gets the file of a message from WhatsApp, for a tenant that keeps media. */
export const fetchMediaJob = defineJob<{ tenantId: string; messageId: string }>('media.fetch', {
  concurrency: 2,
  retryLimit: 50,
  expireSeconds: 300,
})

/** Removes files that nobody needs any more and that were not removed in time, after a crash for example. */
export const sweepMediaJob = defineJob<Record<string, never>>('media.sweep', {
  cron: { expression: '27 3 * * *', timeZone: 'UTC' },
})

/** Small files that the examples of sending carry, so that they work without an address that has one. */
export const mediaExamples = {
  /** A PNG of one colour. */
  picture: `iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAMAAAAoLQ9TAAAAA1BMVEULelVl/uY8AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADklEQVQYlWNgGAUMSAAAARAAAVGhZwQAAAAASUVORK5CYII=`,
  /** A GIF of two pictures. */
  gif: `R0lGODlhCAAIAPf/MRISElpaWru7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7uwD/ACH/C05FVFNDQVBFMi4wAwEAAAAh+QQFMgADACwAAAAACAAIAIESEhJaWlq7u7sA/wAIJgABBBAgQCBBgQEAEByoMOFCAA0VCkgY8WHFiQYJTgzAUePGAAEBACH5BAUyAP8ALAAABgAGAAIAAAgMAAX8GxgAgECCAAICADs=`,
  /** A third of a second of Opus. */
  voice: `T2dnUwACAAAAAAAAAABVZu2jAAAAAH1ITU0BE09wdXNIZWFkAQE4AYA+AAAAAABPZ2dTAAAAAAAAAAAAAFVm7aMBAAAAzlT96QE+T3B1c1RhZ3MNAAAATGF2ZjU5LjI3LjEwMAEAAAAdAAAAZW5jb2Rlcj1MYXZjNTkuMzcuMTAwIGxpYm9wdXNPZ2dTAAR4OQAAAAAAAFVm7aMCAAAAcDcydRANFQ4REg4WEhAQDxAREA8SCIM/X9Ac/epJ/gE/wAinGl2KmC5fbwF7tc9q1Y1ZLCGrqAihLxDkXfw7R80wyFXgCKE40HcyqlxLmSgrXpFru3AIoTjQdzKqXlgi2pbTsK7OOeAIoS8Q5F37xd6QdoaTSAihOM78BkY3/j1v/AT3A/MoU1+I31gIoS8Q5KP4a72GCDP/OxPqlMAIoTjQdzKqXLNLBFvQcUjACKE40Hcyql6USWbbISy2OgihONB3MqpcTomh87HHYAihONB3MqpWm2vBI2pn2WoIoS8Q5IRg6gX7rQl9IS6rOAihONB3MqpWucFC01lctuoIoTjQdzKqVkfkWIhPP0AIg8okipNqGLjOr89irfQaMoA=`,
}

/** Where a file to send comes from; the third way is an upload. */
export const mediaSourceFields = {
  media_url: z
    .string()
    .min(1)
    .max(2048)
    .optional()
    .meta({
      description: 'HTTPS address of the file; private addresses are refused',
      examples: ['https://example.com/file'],
    }),
  media_base64: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'The file itself; a `data:` prefix is fine' }),
}

/** The file is given out as bytes; as JSON there is only its description. */
export const mediaAnswer = z.unknown().meta({ description: 'The bytes of the file' })
