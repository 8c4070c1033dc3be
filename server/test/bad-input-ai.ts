import { type BadRequest, nobody, owner, row } from './bad-input-rows.ts'

const change = (body: unknown, says: RegExp) => owner('PATCH /ai/config', body, 422, says)
const key = (api_key: unknown) => change({ api_key }, /api_key/)

const config: BadRequest[] = [
  row('nobody', 'GET /ai/config', undefined, 401, /auth|credential|key|token/i),
  row('free', 'GET /ai/config', undefined, 403, /does not include ai/),
  row('free', 'PATCH /ai/config', { provider: 'openai' }, 403, /does not include ai/),
  row('reader', 'GET /ai/config', undefined, 403, /scope/i),
  row('member', 'PATCH /ai/config', { enabled: true }, 403, /scope/i),
  row('settingsKey', 'PATCH /ai/config', { enabled: true }, 403, /signed-in user/),
  ...['', 'chatgpt', 7, ['openai'], 'OpenAI', {}].map((provider) => change({ provider }, /provider/)),
  ...['', '  ', 7, 'x'.repeat(201), []].map((model) => change({ model }, /model/)),
  ...['', 'two words', 'tab\tbed', 'schlüssel', 'new\nline', 7, 'x'.repeat(1001)].map(key),
  ...['nothing', '', 7, 'https://a.example/?q=1', 'https://a.example/#f'].map((url) =>
    change({ base_url: url }, /base_url/),
  ),
  ...[
    'http://127.0.0.1/v1',
    'https://localhost/v1',
    'https://10.1.2.3/',
    'http://example.com/v1',
    'ftp://example.com/',
    'https://u:p@example.com/',
  ].map((url) => owner('PATCH /ai/config', { base_url: url }, 400, /address|URL/)),
  change({ system_prompt: 'x'.repeat(4001) }, /system_prompt/),
  change({ enabled: 'yes' }, /enabled/),
  ...[-1, 0.5, '500000', 1e13].map((budget) => change({ daily_token_budget: budget }, /daily_token_budget/)),
  ...[0, 601, 1.5, '60'].map((seconds) => change({ timeout_seconds: seconds }, /timeout_seconds/)),
  ...[{ input: -1 }, { input: '1' }, { words: 1 }, [], 7].map((prices) => change({ prices }, /prices/)),
  ...['anthropic', 'groq', 7].map((provider) =>
    change({ embedding_provider: provider }, /embedding_provider/),
  ),
  ...['anthropic', 'none'].map((provider) =>
    change({ transcription_provider: provider }, /transcription_provider/),
  ),
  owner('PATCH /ai/config', '{"provider":', 400, /JSON/i),
  change('[]', /./),
]

/** Bad requests about models, what they cost and what they hear. */
export const badAiRequests: readonly BadRequest[] = [
  ...config,
  row('free', 'POST /ai/config/test', undefined, 403, /does not include ai/),
  row('reader', 'POST /ai/config/test', undefined, 403, /scope/i),
  row('reader', 'GET /ai/models', undefined, 403, /scope/i),
  owner('GET /ai/models?role=image', undefined, 422, /role/),
  row('reader', 'GET /ai/usage', undefined, 403, /scope/i),
  owner('GET /ai/usage?from=2026-02-30', undefined, 422, /from/),
  owner('GET /ai/usage?from=2026-03-01&to=2026-02-01', undefined, 422, /from/),
  owner('GET /ai/usage?to=today', undefined, 422, /to/),
  row('free', 'POST /ai/voice/transcribe', { message_id: nobody }, 403, /does not include ai/),
  row('reader', 'POST /ai/voice/transcribe', { message_id: nobody }, 403, /scope/i),
  ...[{}, { message_id: null }, { message_id: 7 }, { message_id: 'message' }, '[]'].map((body) =>
    owner('POST /ai/voice/transcribe', body, 422, /./),
  ),
  owner('POST /ai/voice/transcribe', { message_id: nobody }, 404, /not found/i),
  owner(`GET /ai/voice/status/${nobody}`, undefined, 404, /not found/i),
  owner('GET /ai/voice/status/7', undefined, 404, /not found/i),
  owner(`GET /ai/messages/${nobody}/transcript`, undefined, 404, /not found/i),
  owner('GET /ai/messages/7/transcript', undefined, 404, /not found/i),
]
