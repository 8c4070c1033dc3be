// Runs in the browser on the set-up page: sends the form and says clearly what is wrong with it.

const element = (id) => document.getElementById(id)
const form = element('form')
const alertBox = element('alert')
const submit = element('submit')
const names = ['full_name', 'tenant_name', 'email', 'password']
const linkHelp = 'Open the link that the server printed when it started. Restart the server to get a new one.'
const noAnswer = 'The server did not answer. Is it still running?'
const recoveryHelp =
  'This recovery link is used, replaced or older than a day. "npm run admin -- recover" prints a new one.'

// The token stands behind `#`, so it never reached a server; it leaves the address bar and the history at once. The
// tab remembers it until it is used, or loading the page again would lose it.
const memory = { token: 'moltflow-setup-token', recover: 'moltflow-recovery-token' }
const fragment = new URLSearchParams(location.hash.slice(1))

function takeToken(name) {
  const given = fragment.get(name)
  if (given !== null) sessionStorage.setItem(memory[name], given)
  return sessionStorage.getItem(memory[name]) ?? ''
}

const token = takeToken('token')
const recoveryToken = takeToken('recover')
history.replaceState(null, '', location.pathname)
addEventListener('hashchange', () => location.reload())

function showAlert(text) {
  alertBox.textContent = text
  alertBox.hidden = text === ''
  if (text !== '') alertBox.focus()
}

function showError(name, text) {
  const input = element(name)
  element(`${name}-error`).textContent = text
  input.setAttribute('aria-invalid', String(text !== ''))
  const described = [name.endsWith('password') ? `${name}-hint` : '', text === '' ? '' : `${name}-error`]
  input.setAttribute('aria-describedby', described.filter((id) => id !== '').join(' '))
}

function problemOf(name) {
  const input = element(name)
  const value = name.endsWith('password') ? input.value : input.value.trim()
  if (value === '') return 'Please fill this in.'
  if (name === 'email' && input.validity.typeMismatch) return 'This does not look like an e-mail address.'
  if (name.endsWith('password') && value.length < 8) return 'Please use at least 8 characters.'
  return ''
}

function checkAll() {
  const wrong = names.filter((name) => {
    const text = problemOf(name)
    showError(name, text)
    return text !== ''
  })
  if (wrong.length > 0) element(wrong[0]).focus()
  return wrong.length === 0
}

function showRefusal(status, answer, retryAfter) {
  const known = (answer.errors ?? []).filter(({ field }) => names.includes(field))
  for (const { field, message } of known) showError(field, message)
  if (known.length > 0) return element(known[0].field).focus()
  if (status === 429) return showAlert(`Too many attempts. Please try again in ${retryAfter ?? 60} seconds.`)
  return showAlert(answer.detail ?? `The server answered with status ${status}. Its log says more.`)
}

async function ask(method, path, body) {
  const response = await fetch(`/api/v2/${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const answer = await response.json().catch(() => ({}))
  return { status: response.status, answer, retryAfter: response.headers.get('retry-after') }
}

function showOnly(id, title, lead) {
  for (const part of ['form', 'done', 'recovery', 'known']) element(part).hidden = part !== id
  element('title').textContent = title
  element('lead').textContent = lead
}

/** What whoever comes later needs: the link has done its work, and there is no other. */
function showKnown() {
  sessionStorage.removeItem(memory.token)
  showOnly('known', 'This server is set up.', 'There is nothing left to do on this page.')
  element('sign-in').textContent =
    `curl ${location.origin}/api/v2/auth/login \\\n  -H 'Content-Type: application/json' \\\n  -d '{"email":"...","password":"..."}'`
}

function showDone(email, lead) {
  showOnly('done', 'Your server is ready.', lead)
  element('done-email').textContent = email
}

async function send() {
  const value = (name) => element(name).value.trim()
  const { status, answer, retryAfter } = await ask('POST', 'setup', {
    token,
    full_name: value('full_name'),
    tenant_name: value('tenant_name'),
    email: value('email'),
    password: element('password').value,
    chat_history_access_enabled: element('chat_history_access_enabled').checked,
  })
  if (status === 409) return showKnown()
  if (status !== 201) return showRefusal(status, answer, retryAfter)
  sessionStorage.removeItem(memory.token)
  element('password').value = ''
  return showDone(answer.user.email, 'Sign in and connect your first WhatsApp number.')
}

async function recover() {
  const password = element('new_password').value
  const { status, answer, retryAfter } = await ask('POST', 'setup/recover', {
    token: recoveryToken,
    password,
  })
  if (status === 422) return showError('new_password', answer.detail)
  if (status === 429) return showRefusal(status, answer, retryAfter)
  sessionStorage.removeItem(memory.recover)
  element('new_password').value = ''
  if (status === 200) {
    element('done-note').textContent = 'has the new password now. This link has stopped working.'
    return showDone(answer.user.email, 'Sign in with the new password.')
  }
  element('recovery').hidden = true
  return showAlert(status === 403 ? recoveryHelp : answer.detail)
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  showAlert('')
  if (!checkAll()) return
  submit.disabled = true
  submit.textContent = 'Creating…'
  try {
    await send()
  } catch {
    showAlert(noAnswer)
  } finally {
    submit.disabled = false
    submit.textContent = 'Create account'
  }
})

for (const name of names) {
  element(name).addEventListener('input', () => {
    if (element(name).getAttribute('aria-invalid') === 'true') showError(name, problemOf(name))
  })
}

element('reveal').addEventListener('click', ({ currentTarget }) => {
  const isShown = element('password').type === 'password'
  element('password').type = isShown ? 'text' : 'password'
  currentTarget.textContent = isShown ? 'Hide' : 'Show'
  currentTarget.setAttribute('aria-pressed', String(isShown))
})

element('recovery').addEventListener('submit', async (event) => {
  event.preventDefault()
  showAlert('')
  const text = problemOf('new_password')
  showError('new_password', text)
  if (text !== '') return element('new_password').focus()
  element('recover').disabled = true
  await recover().catch(() => showAlert(noAnswer))
  element('recover').disabled = false
  return undefined
})

async function open() {
  if (recoveryToken !== '')
    return showOnly('recovery', 'Choose a new password.', 'The link that brought you here works once.')
  const { answer } = await ask('GET', 'setup')
  if (answer.is_done === true) return showKnown()
  if (token !== '') return undefined
  form.hidden = true
  return showAlert(linkHelp)
}

open().catch(() => showAlert(noAnswer))
