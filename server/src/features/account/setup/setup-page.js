// Runs in the browser on the set-up page: sends the form and says clearly what is wrong with it.

const element = (id) => document.getElementById(id)
const form = element('form')
const alertBox = element('alert')
const submit = element('submit')
const names = ['full_name', 'tenant_name', 'email', 'password']
const linkHelp = 'Open the link that the server printed when it started. Restart the server to get a new one.'

// The token stands behind `#`, so it never reached a server; it leaves the address bar and the history at once. The
// tab remembers it until it is used, or loading the page again would lose it.
const tokenName = 'moltflow-setup-token'
const linkToken = new URLSearchParams(location.hash.slice(1)).get('token')
if (linkToken !== null) sessionStorage.setItem(tokenName, linkToken)
const token = sessionStorage.getItem(tokenName) ?? ''
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
  const described = [name === 'password' ? 'password-hint' : '', text === '' ? '' : `${name}-error`]
  input.setAttribute('aria-describedby', described.filter((id) => id !== '').join(' '))
}

function problemOf(name) {
  const input = element(name)
  const value = name === 'password' ? input.value : input.value.trim()
  if (value === '') return 'Please fill this in.'
  if (name === 'email' && input.validity.typeMismatch) return 'This does not look like an e-mail address.'
  if (name === 'password' && value.length < 8) return 'Please use at least 8 characters.'
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

async function send() {
  const value = (name) => element(name).value.trim()
  const body = {
    token,
    full_name: value('full_name'),
    tenant_name: value('tenant_name'),
    email: value('email'),
    password: element('password').value,
    chat_history_access_enabled: element('chat_history_access_enabled').checked,
  }
  const response = await fetch('/api/v2/setup', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = await response.json().catch(() => ({}))
  if (response.status !== 201)
    return showRefusal(response.status, answer, response.headers.get('retry-after'))
  sessionStorage.removeItem(tokenName)
  element('password').value = ''
  form.hidden = true
  element('title').textContent = 'Your server is ready.'
  element('lead').textContent = 'Sign in and connect your first WhatsApp number.'
  element('done-email').textContent = answer.user.email
  element('done').hidden = false
  return undefined
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
    showAlert('The server did not answer. Is it still running?')
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

if (token === '') {
  form.hidden = true
  showAlert(linkHelp)
}
