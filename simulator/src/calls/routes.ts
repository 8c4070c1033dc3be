import { idAnswer, pictureAnswer } from '../control/answers.ts'
import { pictureSchema } from '../pictures/inputs.ts'
import { type Route, route } from '../route.ts'
import { statusSchema } from '../status/inputs.ts'
import { callActionSchema, callSchema } from './inputs.ts'

const maxFileBodyBytes = 150 * 1024 * 1024

/** Operations on calls, status posts and pictures. */
export const callRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/accounts/{phone}/calls',
    operation: 'call',
    tag: 'Calls',
    summary: 'Somebody calls a person or a group',
    status: 201,
    body: callSchema,
    answer: idAnswer,
    run: (simulator, { params, body }) => simulator.call(params.phone ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/calls/{id}',
    operation: 'actOnCall',
    tag: 'Calls',
    summary: 'Somebody picks up, declines or hangs up on the phone',
    body: callActionSchema,
    run: (simulator, { params, body }) => simulator.actOnCall(params.phone ?? '', params.id ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/status',
    operation: 'postStatus',
    tag: 'Status',
    summary: 'Somebody posts a status; without to everybody sees it',
    status: 201,
    body: statusSchema,
    maxBodyBytes: maxFileBodyBytes,
    answer: idAnswer,
    run: (simulator, { params, body }) => simulator.postStatus(params.phone ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/picture',
    operation: 'setPicture',
    tag: 'Accounts',
    summary: 'The person takes another picture, or gives one to a group, or removes it',
    body: pictureSchema,
    maxBodyBytes: maxFileBodyBytes,
    answer: pictureAnswer,
    run: (simulator, { params, body }) => simulator.setPicture(params.phone ?? '', body),
  }),
]
