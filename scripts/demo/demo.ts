// MoltFlow without a phone and without a model: the server and its simulators side by side in a directory of their own, a paired session,
// people who write, and a receiver that checks the webhooks. Everything goes over HTTP, as a program of yours would.
// Usage: npm run demo. Ctrl-C ends it; the next start goes on where it ended: the same world, session, owner and key.
// npm run demo -- --fresh begins anew; --data DIR keeps it elsewhere than in demo-data.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Call, createClient, until } from './http.ts'
import { Program, pickPort } from './programs.ts'
import { type Delivery, type Receiver, startReceiver } from './receiver.ts'
import { bold, dim, green, print, printEvent, red } from './terminal.ts'
import { photo } from './town/files.ts'
import { fillTown, populateTown } from './town/town.ts'
import { answers, createWorld, isTalking, nameOf, type World } from './world.ts'

/** People talk a while, so that there is something to see, and now and then afterwards. */
const talkEveryMs = { first: 4000, later: 45_000 }
const firstLines = 16
const answerEvery = 2
const sessionName = 'Front desk'

const { data, fresh } = parseArgs({
  options: {
    data: { type: 'string', default: join(import.meta.dirname, '../../demo-data') },
    fresh: { type: 'boolean', default: false },
  },
}).values
const directory = resolve(data)
const email = 'demo@example.com'

/** What a later start needs to be the same demo. */
interface Kept {
  password: string
  apiKey: string
  webhookSecret: string
  /** Which steps of the town are made. Without it the world is one of an earlier version. */
  steps: string[]
}

/** The owner's password, the key and the secret of this demo: made once, readable for this user alone. */
function readKept(): Kept {
  if (fresh) rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'demo.json')
  if (existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept
    if (Array.isArray(kept.steps)) return kept
    print(dim('The demo of an earlier version is replaced by a new one.'))
    rmSync(directory, { recursive: true })
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  }
  const made = {
    password: randomBytes(8).toString('hex'),
    apiKey: `mf_${randomBytes(24).toString('hex')}`,
    webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    steps: [],
  }
  keep(made)
  return made
}

function keep(kept: Kept): void {
  writeFileSync(join(directory, 'demo.json'), JSON.stringify(kept), { mode: 0o600 })
}

const kept = readKept()
const { password, apiKey, webhookSecret } = kept

const programs: Program[] = []
const closers: (() => void)[] = []
let isEnding = false

/** Ends everything in the opposite order of its start, then the process. */
async function end(code: number): Promise<void> {
  if (isEnding) return
  isEnding = true
  for (const close of closers) close()
  for (const program of programs.toReversed()) await program.stop()
  process.exit(code)
}

/** The second Ctrl-C: no patience any more, and still no program left behind. */
function endNow(): void {
  for (const program of programs) program.kill()
  process.exit(130)
}

let askedAtMs = 0

function onSignal(): void {
  // One Ctrl-C can arrive twice: from the terminal and once more through npm.
  if (isEnding) return performance.now() - askedAtMs > 1000 ? endNow() : undefined
  askedAtMs = performance.now()
  print()
  print(dim('Ending the demo ...'))
  void end(0)
}

function fail(reason: string, program?: Program): void {
  if (isEnding) return
  print(`${red('The demo ends:')} ${reason}`)
  if (program?.output) print(`The last that the ${program.name} printed:\n${program.output}`)
  void end(1)
}

function start(options: {
  name: string
  file: string
  args?: string[]
  env?: Record<string, string>
}): Program {
  const program = new Program({
    env: {},
    ...options,
    cwd: directory,
    onCrash: (crashed) => fail(`the ${crashed.name} stopped.`, crashed),
  })
  programs.push(program)
  return program
}

// Several demos at once begin at the same moment: theirs are any ports.
const preferredPort = Number(process.env.DEMO_SIMULATOR_PORT ?? 4000)

async function startSimulator(): Promise<{ url: string; control: string }> {
  const port = await pickPort(preferredPort)
  const controlPort = await pickPort(preferredPort === 0 ? 0 : preferredPort + 1)
  const control = `http://127.0.0.1:${controlPort}`
  const program = start({
    name: 'simulator',
    file: 'simulator/src/cli.ts',
    args: [
      ...['--port', String(port), '--control-port', String(controlPort)],
      ...['--state', join(directory, 'simulator.json')],
    ],
  })
  await program.answers(`${control}/state`)
  return { url: `ws://127.0.0.1:${port}`, control }
}

/** Models that need no key: what is asked of them is answered by rules, from the documents of the demo alone. */
async function startModels(): Promise<string> {
  const port = await pickPort(preferredPort === 0 ? 0 : preferredPort + 10)
  const file = 'model-simulator/src/cli.ts'
  const program = start({ name: 'model simulator', file, args: ['--port', String(port)] })
  const base = `http://127.0.0.1:${port}/v1`
  await program.answers(`${base}/models`)
  return base
}

async function startServer(simulatorUrl: string): Promise<string> {
  const port = await pickPort(Number(process.env.MOLTFLOW_PORT ?? 3000))
  const base = `http://127.0.0.1:${port}`
  const program = start({
    name: 'server',
    file: 'server/bin/moltflow',
    env: {
      MOLTFLOW_PORT: String(port),
      MOLTFLOW_PUBLIC_URL: base,
      MOLTFLOW_DATA_DIR: join(directory, 'data'),
      MOLTFLOW_OWNER_EMAIL: email,
      MOLTFLOW_OWNER_PASSWORD: password,
      MOLTFLOW_BOOTSTRAP_API_KEY: apiKey,
      MOLTFLOW_WA_URL: simulatorUrl,
      // The receiver and the models of the demo listen on this machine, which nothing may reach unless it is named.
      MOLTFLOW_OUTGOING_ALLOW: '127.0.0.1',
      // A campaign is to get somewhere while one looks, and what a webhook refuses is to fail soon.
      MOLTFLOW_PACE: '0.2',
      MOLTFLOW_WEBHOOK_RETRY_SECONDS: '2,8',
    },
  })
  await program.answers(`${base}/health/ready`)
  return base
}

/** The API as the owner, with a login of its own. */
async function signIn(base: string): Promise<Call> {
  const login = await createClient(`${base}/api/v2`)<{ access_token: string }>('POST', '/auth/login', {
    email,
    password,
  })
  return createClient(`${base}/api/v2`, { authorization: `Bearer ${login.access_token}` })
}

interface Session {
  id: string
  name: string
  status: string
}

/** The session of an earlier start, which connects by itself, or a new one whose code the simulated phone scans. */
async function pairSession(api: Call, world: World): Promise<string> {
  const earlier = (await api<Session[]>('GET', '/sessions')).find(({ name }) => name === sessionName)
  const { id } = earlier ?? (await api<Session>('POST', '/sessions', { name: sessionName }))
  const status = async () => (await api<Session>('GET', `/sessions/${id}`)).status
  if (earlier === undefined || (await status()) !== 'working') await api('POST', `/sessions/${id}/start`)
  let isScanned = false
  await until('the session to work', async () => {
    const now = await status()
    if (now === 'working') return true
    // The code stays on show for a moment after it was scanned.
    if (now !== 'qr_code' || isScanned) return undefined
    const { code } = await api<{ code: string }>('GET', `/sessions/${id}/qr`)
    isScanned = true
    await world.scan(code)
    return undefined
  })
  return id
}

/** Lets the demo use AI, with models of this start unless somebody chose others. */
async function chooseModels(owner: Call, base: string): Promise<void> {
  await owner('PATCH', '/tenant/settings', { ai_consent_enabled: true })
  const chosen = await owner<{ provider: string | null; base_url: string | null }>('GET', '/ai/config')
  if (chosen.provider !== null && !chosen.base_url?.startsWith('http://127.0.0.1:')) return
  const models = { model: 'sim-chat', embedding_model: 'sim-embed', transcription_model: 'sim-hear' }
  await owner('PATCH', '/ai/config', { provider: 'compatible', base_url: base, ...models })
}

/** Tells MoltFlow where the receiver of this start listens. */
async function subscribe(api: Call, url: string): Promise<void> {
  const events = ['message.received', 'message.sent', 'message.delivered', 'message.read']
  const known = await api<{ id: string; name: string }[]>('GET', '/webhooks')
  const earlier = known.find(({ name }) => name === 'Demo receiver')
  if (earlier) await api('PATCH', `/webhooks/${earlier.id}`, { url, is_active: true })
  else await api('POST', '/webhooks', { name: 'Demo receiver', url, events, secret: webhookSecret })
}

function describe({ event, data }: Delivery): string {
  const text = typeof data['message'] === 'string' ? `"${data['message']}"` : ''
  if (event === 'message.received') {
    const from = nameOf(String(data['sender_phone'] ?? data['chat_id']))
    return `${from}${data['is_group'] ? ' (in a group)' : ''}: ${text}`
  }
  if (event.startsWith('message.')) return `to ${nameOf(String(data['chat_id']))}: ${text}`
  return String(data['phone_number'] ?? data['status'] ?? '')
}

/** Prints every webhook and answers every second person who wrote directly. */
function createReporter(
  answer: (chatId: string, text: string) => Promise<unknown>,
): (delivery: Delivery) => void {
  let direct = 0
  return (delivery) => {
    const mark = delivery.isVerified ? green('✔ verified') : red('✖ bad signature')
    printEvent(mark, delivery.event, describe(delivery))
    const { is_group: isGroup, chat_id: chatId } = delivery.data
    if (delivery.event !== 'message.received' || isGroup || !isTalking(String(chatId))) return
    direct += 1
    if (direct % answerEvery !== 1) return
    const text = answers[Math.floor(direct / answerEvery) % answers.length] ?? ''
    answer(String(chatId), text).catch((error: Error) => printEvent(red('✖'), 'answer', error.message))
  }
}

function printWelcome(base: string, control: string, models: string, sessionId: string): void {
  const row = (name: string, value: string) => print(`  ${name.padEnd(14)} ${value}`)
  print()
  print(bold('MoltFlow demo'))
  row('Dashboard', bold(base))
  row('Owner', `${email}  password ${password}`)
  print()
  row('API', `${base}/api/v2`)
  row('Reference', `${base}/docs`)
  row('API key', apiKey)
  row('Session', `${sessionId} (paired with the simulator, not with WhatsApp)`)
  row('Simulator', control)
  row('Models', `${models} (a simulator, not a language model)`)
  print()
  print('Send a message yourself:')
  print()
  print(
    `  curl -s ${base}/api/v2/messages/send -H 'X-API-Key: ${apiKey}' -H 'Content-Type: application/json' \\`,
  )
  print(`    -d '{"session_id":"${sessionId}","chat_id":"+15550100101","message":"Hello from curl"}'`)
  print()
  print(dim(`Ctrl-C ends the demo. It is kept in ${directory} and goes on with the next start;`))
  print(dim('"npm run demo -- --fresh" begins anew.'))
  print()
}

/** Lets people talk: often at first, then now and then. */
function keepTalking(world: World): void {
  let lines = 0
  let timer: NodeJS.Timeout
  const next = () => {
    world.sayNext().catch((error: Error) => fail(`the simulator refused a message: ${error.message}`))
    lines += 1
    timer = setTimeout(next, lines < firstLines ? talkEveryMs.first : talkEveryMs.later)
  }
  next()
  closers.push(() => clearTimeout(timer))
}

/** Makes what is left to make of the town; the demo goes on without what cannot be made. */
async function completeTown(options: {
  simulator: Call
  owner: Call
  desk: string
  receiver: Receiver
}): Promise<void> {
  const { simulator, receiver } = options
  const begun = performance.now()
  await fillTown(
    { ...options, receiverUrl: receiver.origin, webhookSecret },
    {
      isDone: (step) => kept.steps.includes(step),
      markDone: async (step) => {
        kept.steps.push(step)
        keep(kept)
        await simulator('POST', '/save')
      },
    },
  )
  printEvent(green('✔'), 'the town', `complete after ${Math.round((performance.now() - begun) / 1000)} s`)
}

async function run(): Promise<void> {
  print(dim('Starting the simulators and the server ...'))
  const [simulator, models] = [await startSimulator(), await startModels()]
  const simulatorCall = createClient(simulator.control)
  const [base, world] = await Promise.all([
    startServer(simulator.url),
    createWorld(simulatorCall, () => populateTown(simulatorCall)),
  ])
  const api = createClient(`${base}/api/v2`, { 'x-api-key': apiKey })
  const owner = await signIn(base)
  // Only a person may let API keys read chats.
  await owner('PATCH', '/tenant/settings', { chat_history_access_enabled: true, time_zone: 'Europe/Lisbon' })
  await owner('PATCH', '/users/me', { full_name: 'Robin Quayle' })
  await chooseModels(owner, models)
  let sessionId = ''
  const send = (chatId: string, message: string) =>
    api('POST', '/messages/send', { session_id: sessionId, chat_id: chatId, message })
  const receiver = await startReceiver({
    secret: webhookSecret,
    report: createReporter(send),
    file: await photo('orange'),
  })
  closers.push(() => receiver.server.close())
  await subscribe(api, `${receiver.origin}/webhooks`)
  sessionId = await pairSession(api, world)
  // From here on a start after a crash finds the account linked as well.
  await simulatorCall('POST', '/save')
  printWelcome(base, simulator.control, models, sessionId)
  keepTalking(world)
  completeTown({ simulator: simulatorCall, owner, desk: sessionId, receiver }).catch((error: Error) => {
    if (!isEnding) printEvent(red('✖'), 'the town', `is not complete: ${error.message}`)
  })
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
// Without a reader there is nobody left to demonstrate anything to.
process.stdout.on('error', () => void end(0))

// npm does not always pass a signal on, so a parent that is gone means the same.
const parent = process.ppid
setInterval(() => process.ppid !== parent && void end(0), 500).unref()

run().catch((error: Error) => fail(error.message, programs.at(-1)))
