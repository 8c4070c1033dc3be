import { z } from 'zod'
import { maxFileBodyBytes } from '../content/inputs.ts'
import { type Route, routesOf } from '../route.ts'
import type { PicturesFacade } from './facade.ts'
import { pictureSchema } from './inputs.ts'

const route = routesOf<PicturesFacade>()

/** The id of a new picture; none when it was removed. */
const pictureAnswer = z.object({ id: z.string().optional() })

/** Operations on pictures. */
export const pictureRoutes: Route<PicturesFacade>[] = [
  route({
    method: 'POST',
    path: '/accounts/{phone}/picture',
    operation: 'setPicture',
    tag: 'Accounts',
    summary: 'The person takes another picture, or gives one to a group, or removes it',
    body: pictureSchema,
    maxBodyBytes: maxFileBodyBytes,
    answer: pictureAnswer,
    run: (pictures, { params, body }) => pictures.set(params.phone ?? '', body),
  }),
]
