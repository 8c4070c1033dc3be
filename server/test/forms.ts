import type { Reply } from './api-client.ts'
import type { TestApp } from './harness.ts'

/** Uploads a file with fields beside it; the file's bytes as they are. */
export async function upload(
  app: TestApp,
  path: string,
  token: string,
  file: Uint8Array | string | undefined,
  fields: Readonly<Record<string, string>> = {},
  { fileName = 'contacts.csv', type = '' }: { fileName?: string; type?: string } = {},
): Promise<Reply> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  if (file !== undefined)
    form.set('file', new Blob([new Uint8Array(Buffer.from(file as string))], { type }), fileName)
  const request = new Response(form)
  const response = await app.app.http.inject({
    method: 'POST',
    url: `/api/v2${path}`,
    headers: { authorization: `Bearer ${token}`, 'content-type': request.headers.get('content-type') ?? '' },
    payload: Buffer.from(await request.arrayBuffer()),
  })
  const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
  return {
    status: response.statusCode,
    headers: Object.fromEntries(headers),
    text: response.body,
    body: response.body.startsWith('{') ? JSON.parse(response.body) : response.body,
  }
}
