import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'

/** Which models are used. */
export type Config = Schemas['AiConfig']
/** What of them is changed. */
export type ConfigChange = NonNullable<
  paths['/api/v2/ai/config']['patch']['requestBody']
>['content']['application/json']
/** What of the models works. */
export type ConfigTest = Schemas['AiConfigTest']
/** What was asked of models. */
export type Usage = Schemas['AiUsage']
/** A document that answers come from. */
export type Source = Schemas['KnowledgeSource']
/** Passages that answer a question. */
export type Answer = Schemas['KnowledgeAnswer']
/** How people write, as figures. */
export type Style = Schemas['StyleProfile']

const ai = '/api/v2/ai'

/** The configuration, without keys. */
export const useConfig = () => queries.useQuery('get', `${ai}/config`)

/** Changes it; only what is given. */
export async function changeConfig(body: ConfigChange): Promise<void> {
  await api.PATCH(`${ai}/config`, { body })
  await invalidatePaths([`${ai}/config`, `${ai}/models`])
}

/** Asks every model something small. */
export async function testConfig(): Promise<ConfigTest | undefined> {
  const { data } = await api.POST(`${ai}/config/test`)
  await invalidatePaths([`${ai}/usage`])
  return data
}

/** What was used in the last 30 days. */
export const useUsage = () => queries.useQuery('get', `${ai}/usage`)

/** The documents, newest first; asked again while one is being read. */
export const useSources = () =>
  queries.useQuery('get', `${ai}/knowledge/sources`, undefined, {
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => status === 'processing') === true ? 3000 : false,
  })

/** Adds a document. */
export async function addSource(file: File): Promise<void> {
  const form = new FormData()
  form.set('file', file)
  await api.POST(`${ai}/knowledge/ingest`, {
    // The document describes the JSON of the same call; a file goes as a form, whose type it cannot say.
    body: form as never,
    bodySerializer: (body: unknown) => body as FormData,
  })
  await invalidatePaths([`${ai}/knowledge`])
}

/** Deletes a document with its file. */
export async function deleteSource(id: string): Promise<void> {
  await api.DELETE(`${ai}/knowledge/{source_id}`, { params: { path: { source_id: id } } })
  await invalidatePaths([`${ai}/knowledge`])
}

/** Passages that answer a question. */
export async function searchSources(query: string): Promise<Answer | undefined> {
  const { data } = await api.POST(`${ai}/knowledge/search`, { body: { query, top_k: 5 } })
  return data
}

/** All styles, oldest first. */
export const useStyles = () => queries.useQuery('get', `${ai}/style/profiles`)

/** Numbers whose people may be learnt from. */
export const useSessions = () => queries.useQuery('get', '/api/v2/sessions')

/** Begins to learn how people write. */
export async function trainStyle(body: { session_id?: string; name?: string }): Promise<string | undefined> {
  const { data } = await api.POST(`${ai}/style/train`, { body })
  return data?.task_id
}

/** How far a training is; asked again until it has ended. */
export const useTraining = (taskId: string | undefined) =>
  queries.useQuery(
    'get',
    `${ai}/style/status/{task_id}`,
    { params: { path: { task_id: taskId ?? '' } } },
    {
      enabled: taskId !== undefined,
      refetchInterval: ({ state }) =>
        state.data?.status === 'completed' || state.data?.status === 'failed' ? false : 1000,
    },
  )

/** The styles are other ones now. */
export const refreshStyles = () => invalidatePaths([`${ai}/style/profiles`])

/** Forgets a style. */
export async function deleteStyle(id: string): Promise<void> {
  await api.DELETE(`${ai}/style/profile/{profile_id}`, { params: { path: { profile_id: id } } })
  await refreshStyles()
}

/** What became of a draft. */
export const draftStatuses = ['pending', 'sent', 'discarded', 'superseded'] as const
/** One of them. */
export type DraftStatus = (typeof draftStatuses)[number]
/** An answer that waits for a person. */
export type ReplyDraft = Schemas['AiDraft']
/** How a number answers by itself; its office hours are set by the API. */
export type ReplySettings = Omit<Schemas['AutoReplySettings'], 'office_hours'>
/** What of it is changed. */
export type ReplyChange = NonNullable<
  paths['/api/v2/ai/auto-replies/{session_id}']['patch']['requestBody']
>['content']['application/json']

const pageSize = 50

/** Drafts of a state, newest first, page after page. */
export const useDrafts = (status: DraftStatus) =>
  queries.useInfiniteQuery(
    'get',
    `${ai}/drafts`,
    { params: { query: { status, limit: pageSize } } },
    {
      pageParamName: 'offset',
      initialPageParam: 0,
      getNextPageParam: ({ offset, limit, total }: { offset: number; limit: number; total: number }) =>
        offset + limit < total ? offset + limit : undefined,
    },
  )

const draftsChanged = () => invalidatePaths([`${ai}/drafts`, '/api/v2/chats'])

/** Sends a draft, perhaps with another text. */
export async function sendDraft(id: string, message: string | undefined): Promise<void> {
  await api.POST(`${ai}/drafts/{id}/send`, {
    params: { path: { id } },
    body: message === undefined ? {} : { message },
  })
  await draftsChanged()
}

/** Drops a draft. */
export async function discardDraft(id: string): Promise<void> {
  await api.POST(`${ai}/drafts/{id}/discard`, { params: { path: { id } } })
  await draftsChanged()
}

/** How a number answers by itself. */
export const useReplySettings = (sessionId: string) =>
  queries.useQuery('get', `${ai}/auto-replies/{session_id}`, {
    params: { path: { session_id: sessionId } },
  })

/** Changes it; only what is given. */
export async function changeReplySettings(sessionId: string, body: ReplyChange): Promise<void> {
  await api.PATCH(`${ai}/auto-replies/{session_id}`, {
    params: { path: { session_id: sessionId } },
    body,
  })
  await invalidatePaths([`${ai}/auto-replies`])
}
