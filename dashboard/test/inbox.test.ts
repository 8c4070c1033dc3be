import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { buildPhone } from '../../server/test/builders.ts'
import { makeMediaSamples } from '../../server/test/media-samples.ts'
import { untilAnswer } from '../../server/test/until.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, openWorld } from './browser.ts'
import { type InboxWorld, kindsOfContent, openInbox, writer } from './inbox-world.ts'

let world: DashboardWorld
let inbox: InboxWorld
let ada: Awaited<ReturnType<InboxWorld['person']>>
let page: Page

before(async () => {
  world = await openWorld()
  inbox = await openInbox(world)
  ada = await inbox.person('Ada Sample')
  page = await world.signedIn(inbox.owner, '/inbox')
})
after(() => world.close())

const threadOf = ({ chatId }: { chatId: string }) => `/inbox/${inbox.session.id}/${chatId}`
const field = () => page.locator('.composer textarea')
const bubble = (text: string) => page.locator('.m', { hasText: text })

async function open(person: { chatId: string }, on = page): Promise<void> {
  await on.goto(`${world.origin}${threadOf(person)}`)
  await on.locator('.composer').waitFor()
}

/** What people got on their phones of the session. */
async function sentTo(chat: { chatId: string }): Promise<string[]> {
  const { messages } = await inbox.owner.api.get(200, `/messages/chat/${inbox.session.id}/${chat.chatId}`)
  const own = messages.filter(({ direction }: { direction: string }) => direction === 'outbound')
  return own.map(({ content_preview: text }: { content_preview: string }) => text)
}

// In the page there are things that tests do not have; so these are texts.
const watchFor = (text: string) => `{
  globalThis.seenAt = 0
  const look = () => {
    if (globalThis.seenAt === 0 && document.body.innerText.includes('${text}')) globalThis.seenAt = Date.now()
  }
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true })
}`
const countBlank = `[...document.querySelectorAll('.m .bub')].filter(
  (bubble) => bubble.innerText.trim() === '' && bubble.querySelector('img, button, .skel') === null,
).length`
/** A turned wheel goes on for a moment: waits until the pane has stood still for some frames. */
const untilStill = (pane: { scrollTop: number }) =>
  new Promise<void>((resolve) => {
    let last = -1
    let still = 0
    const look = () => {
      still = pane.scrollTop === last ? still + 1 : 0
      last = pane.scrollTop
      if (still >= 10) resolve()
      else Reflect.get(globalThis, 'requestAnimationFrame')(look)
    }
    look()
  })

const toTop = (element: { scrollTop: number }) => {
  element.scrollTop = 0
}

suite('inbox', () => {
  test('a message shows at once, and what is read here is read for the API and in every counter', async (t) => {
    const bo = await inbox.person('Bo Sample')
    const count = async () => (await inbox.owner.api.get(200, '/chats?unread=true')).total
    await page.goto(`${world.origin}/inbox`)
    const unread = page.getByRole('button', { name: /^Unread/ })
    await unread.filter({ hasText: String(await count()) }).waitFor()
    await page.locator(`[data-chat="${bo.chatId}"] .count`).waitFor()
    await page.locator(`[data-chat="${bo.chatId}"]`).click()
    await page.locator(`[data-chat="${bo.chatId}"] .count`).waitFor({ state: 'detached' })
    assert.equal((await inbox.owner.api.get(200, `/chats/${bo.chatId}`)).unread_count, 0)
    await page.evaluate(watchFor('Quick one'))
    await bo.say('Quick one')
    const storedMs = Date.now()
    await bubble('Quick one').waitFor()
    const shownMs = (await page.evaluate<number>('globalThis.seenAt')) - storedMs
    // The figure is a matter of benchmarks; that it is told and not found by asking now and then holds on a busy machine.
    t.diagnostic(`shown after ${shownMs} ms`)
    assert.ok(shownMs < 10_000, `shown after ${shownMs} ms`)
  })

  test('what was said is found by its words and leads to its conversation, which can be left unread', async () => {
    const zoe = await inbox.person('Zoe Finder')
    await zoe.say('The crimson bicycle is mine')
    await page.goto(`${world.origin}/inbox`)
    await page.getByRole('searchbox').fill('crims bicy')
    const found = page.getByRole('region', { name: 'In messages' })
    await found.getByText('The crimson bicycle is mine').click()
    await bubble('The crimson bicycle is mine').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    const unread = async () => (await inbox.owner.api.get(200, `/chats/${zoe.chatId}`)).unread_count as number
    await untilAnswer(unread, (count) => count === 0)
    await page.getByRole('button', { name: 'Mark as unread' }).click()
    await untilAnswer(unread, (count) => count === 1)
    assert.equal(new URL(page.url()).pathname, '/inbox')
    await page.getByRole('searchbox').fill('')
  })

  test('no kind of message is blank, and files are fetched with the token', async () => {
    const samples = await makeMediaSamples()
    await inbox.store(kindsOfContent.map((content) => ({ ...writer(ada.phone, 'Ada Sample'), content })))
    const files = [
      {
        kind: 'image' as const,
        base64: samples.jpeg.toString('base64'),
        mimetype: 'image/jpeg',
        caption: 'A tree',
      },
      {
        kind: 'voice' as const,
        base64: samples.opus.toString('base64'),
        mimetype: 'audio/ogg; codecs=opus',
        seconds: 2,
      },
      { kind: 'sticker' as const, base64: samples.sticker.toString('base64'), mimetype: 'image/webp' },
      {
        kind: 'document' as const,
        base64: samples.pdf.toString('base64'),
        mimetype: 'application/pdf',
        fileName: 'plan.pdf',
      },
    ]
    for (const media of files)
      await world.app.simulator.sendMessage(ada.phone, { to: inbox.session.phone, media })
    await ada.say('And that is all')
    await open(ada)
    await bubble('And that is all').waitFor()
    await page.locator('.mframe img').waitFor()
    await page.locator('.msticker img').waitFor()
    await page.locator('.mdoc', { hasText: 'plan.pdf' }).waitFor()
    await page.locator('.msgs').evaluate(toTop)
    for (const text of [
      'Greenhouse',
      'Live location',
      'Ivo Reis',
      'When shall we come?',
      'only be seen on the phone',
    ]) {
      await bubble(text).waitFor()
    }
    await page.locator('.mtext b', { hasText: 'lemon tree' }).waitFor()
    const blank = await page.evaluate(countBlank)
    assert.equal(blank, 0)
    assert.deepEqual(await findBarriers(page), [])
    assert.deepEqual(world.takeProblems(), [])
  })

  test('a draft stays over switching, reloading and signing out, and is seen by its writer alone', async () => {
    const bo = await inbox.person('Bea Sample')
    await open(ada)
    await field().fill('Half a thou')
    await page.locator(`[data-chat="${bo.chatId}"]`).click()
    await page.waitForURL(`**${threadOf(bo)}`)
    assert.equal(await field().inputValue(), '')
    await page.locator(`[data-chat="${ada.chatId}"]`, { hasText: 'Half a thou' }).click()
    await page.reload()
    await untilAnswer(
      () => field().inputValue(),
      (text) => text === 'Half a thou',
    )
    await page.getByRole('button', { name: 'Theme and language' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.locator('input[type=email]').fill(inbox.owner.email)
    await page.locator('input[type=password]').fill(inbox.owner.password)
    await page.locator('button[type=submit]').click()
    await page.locator('.app').waitFor()
    await open(ada)
    await untilAnswer(
      () => field().inputValue(),
      (text) => text === 'Half a thou',
    )
    const keys = await page.evaluate(
      `Object.keys(localStorage).filter((key) => key.startsWith('moltflow.draft.'))`,
    )
    const me = await inbox.owner.api.get(200, '/users/me')
    assert.deepEqual(keys, [`moltflow.draft.${me.id}.${ada.chatId}`])
    await field().fill('')
  })

  test('two presses and a lost answer send once; sending again uses the same key', async () => {
    await open(ada)
    const keys: (string | undefined)[] = []
    let isLost = true
    await page.route('**/api/v2/messages/send', async (route) => {
      keys.push(route.request().headers()['idempotency-key'])
      if (!isLost) return route.continue()
      // The server has it; its answer never comes.
      await route.fetch()
      return route.abort('connectionreset')
    })
    await field().fill('Only once')
    await field().press('Enter')
    await field().press('Enter')
    const failed = page.locator('[data-outgoing]', { hasText: 'Only once' })
    await failed.locator('.meta.bad').waitFor()
    isLost = false
    await failed.getByRole('button', { name: 'Send again' }).dblclick()
    await failed.waitFor({ state: 'detached' })
    await page.unroute('**/api/v2/messages/send')
    await bubble('Only once').waitFor()
    assert.equal(new Set(keys).size, 1)
    assert.deepEqual(
      (await sentTo(ada)).filter((text) => text === 'Only once'),
      ['Only once'],
    )
    world.takeProblems()
  })

  test('what is refused says why and keeps saying it; a message left behind by a reload asks to be sent again', async () => {
    await open(ada)
    await page.route('**/api/v2/messages/send', (route) =>
      route.fulfill({
        status: 422,
        contentType: 'application/json',
        body: '{"code":"content_blocked","detail":"It holds a card number"}',
      }),
    )
    await field().fill('Blocked text')
    await field().press('Enter')
    const failed = page.locator('[data-outgoing]', { hasText: 'Blocked text' })
    await failed.getByText('It holds a card number').waitFor()
    await page.unroute('**/api/v2/messages/send')
    await page.reload()
    await failed.getByText('Sending again sends it once').waitFor()
    await failed.getByRole('button', { name: 'Discard' }).click()
    await failed.waitFor({ state: 'detached' })
    world.takeProblems()
  })

  test('what was refused and may go now is sent again, and goes: once, whoever refused it', async () => {
    const cora = await inbox.person('Cora Sample')
    await open(cora)
    const allow = (numbers: string[]) =>
      inbox.owner.api.patch(200, '/tenant/settings', { allowed_numbers: numbers })
    await allow(['+15550100999'])
    await field().fill('By the server')
    await field().press('Enter')
    const refused = page.locator('[data-outgoing]', { hasText: 'By the server' })
    await refused.locator('.meta.bad').waitFor()
    // Nothing has changed: the second try is a try, and says why again.
    await refused.getByRole('button', { name: 'Send again' }).click()
    await refused.locator('.meta.bad').waitFor()
    await allow([])
    const first = world.app.simulator.nextMessage(cora.phone)
    await refused.getByRole('button', { name: 'Send again' }).dblclick()
    assert.equal((await first).text, 'By the server')
    await refused.waitFor({ state: 'detached' })

    world.app.simulator.fault({ kind: 'ack_error', phone: inbox.session.phone, code: 479, count: 1 })
    await field().fill('By WhatsApp')
    await field().press('Enter')
    const failed = bubble('By WhatsApp').filter({ has: page.locator('.meta.bad') })
    await failed.getByText('Not sent').waitFor()
    const second = world.app.simulator.nextMessage(cora.phone)
    await failed.getByRole('button', { name: 'Send again' }).dblclick()
    assert.equal((await second).text, 'By WhatsApp')
    await failed.getByText('Sent again below').waitFor()
    const own = await sentTo(cora)
    assert.deepEqual(own.toSorted(), ['By WhatsApp', 'By WhatsApp', 'By the server'])
    const got = world.app.simulator.messages(cora.phone).map(({ text }) => text)
    assert.deepEqual(got, ['By the server', 'By WhatsApp'])
    world.takeProblems()
  })

  test('a picture is chosen, seen before it goes, and arrives with its caption', async () => {
    const eve = await inbox.person('Eve Sample')
    await open(eve)
    const samples = await makeMediaSamples()
    await page
      .locator('.composer input[type=file]')
      .setInputFiles({ name: 'tree.jpg', mimeType: 'image/jpeg', buffer: samples.jpeg })
    await page.getByRole('button', { name: 'Remove tree.jpg' }).waitFor()
    await field().fill('The lemon tree')
    const arrived = world.app.simulator.nextMessage(eve.phone)
    await field().press('Enter')
    const { kind, text } = await arrived
    assert.deepEqual([kind, text], ['image', 'The lemon tree'])
    await bubble('The lemon tree').locator('.mframe img').waitFor()
    assert.deepEqual(world.takeProblems(), [])
  })

  test('two tabs show the same: what one reads or sends, the other has', async () => {
    const dana = await inbox.person('Dana Sample')
    await open(ada)
    const other = await page.context().newPage()
    await other.goto(`${world.origin}/inbox`)
    const mark = other.locator(`[data-chat="${dana.chatId}"] .count`)
    await mark.waitFor()
    await page.locator(`[data-chat="${dana.chatId}"]`).click()
    await mark.waitFor({ state: 'detached' })
    const { total } = await inbox.owner.api.get(200, '/chats?unread=true')
    for (const tab of [page, other]) {
      const counter = tab.getByRole('button', { name: total === 0 ? /^Unread$/ : `Unread ${total}` })
      await counter.waitFor()
    }
    await field().fill('From the first tab')
    await field().press('Enter')
    await other.locator('.conv', { hasText: 'From the first tab' }).click()
    await other.locator('.m', { hasText: 'From the first tab' }).waitFor()
    await other.close()
    assert.deepEqual(world.takeProblems(), [])
  })

  test('after a minute without a line everything is fetched again: the open thread, the list and the counters', async () => {
    await open(ada)
    await page.context().setOffline(true)
    await page.locator('.live.waiting').waitFor()
    const carl = { phone: buildPhone(), name: 'Carl Sample' }
    await inbox.store([
      { ...writer(carl.phone, carl.name), content: { kind: 'text', text: 'From nowhere', mentions: [] } },
      { ...writer(ada.phone, 'Ada Sample'), content: { kind: 'text', text: 'While away', mentions: [] } },
    ])
    await page.context().setOffline(false)
    await bubble('While away').waitFor()
    await page.locator('.conv', { hasText: 'Carl Sample' }).waitFor()
    const { total } = await inbox.owner.api.get(200, '/chats?unread=true')
    await page.getByRole('button', { name: `Unread ${total}` }).waitFor()
    world.takeProblems()
  })

  test('a message under a hidden address appears in the open thread of the person', async () => {
    await open(ada)
    const lid = `9${buildPhone()}`
    await inbox.store([
      {
        chatId: `${lid}@lid`,
        sender: { phone: ada.phone, lid, pushName: 'Ada Sample' },
        content: { kind: 'text', text: 'By another name', mentions: [] },
      },
    ])
    await bubble('By another name').waitFor()
  })

  test('a session that is down says so before one types, and lets what was typed be', async () => {
    await open(ada)
    await field().fill('Kept text')
    await inbox.owner.api.post(200, `/sessions/${inbox.session.id}/stop`)
    await page.getByText('is stopped and cannot send').waitFor()
    assert.equal(await field().getAttribute('readonly'), '')
    assert.equal(await field().inputValue(), 'Kept text')
    const before = await sentTo(ada)
    await page.locator('.composer button[type=submit]').click({ force: true })
    assert.deepEqual(await sentTo(ada), before)
  })

  test('J, K and Enter walk and open, Escape goes back; a long list and thread hold little in the page', async () => {
    const many = Array.from({ length: 600 }, (_, index) => ({
      ...writer(buildPhone(), `Person ${index}`),
      waTimestamp: new Date(world.app.clock.nowMs() - index * 1000),
    }))
    const phone = buildPhone()
    const long = Array.from({ length: 600 }, (_, index) => ({
      ...writer(phone, 'Long Sample'),
      content: { kind: 'text' as const, text: `Line ${index}`, mentions: [] },
      waTimestamp: new Date(world.app.clock.nowMs() - (600 - index) * 1000),
    }))
    await inbox.store([...many, ...long])
    await page.goto(`${world.origin}/inbox?q=Long`)
    await page.locator('.conv').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await bubble('Line 599').waitFor()
    const rows = page.locator('.mrow')
    assert.ok((await rows.count()) < 60)
    // Reading on upwards moves nothing: what stands at the top stays there while older messages come.
    const place = () => page.locator('.m', { hasText: 'Line 560' }).first().boundingBox()
    await page.locator('.msgs').hover()
    for (let turn = 0; turn < 40 && (await bubble('Line 560').count()) === 0; turn += 1)
      await page.mouse.wheel(0, -300)
    await page.locator('.msgs').evaluate(untilStill)
    const first = await place()
    await page.locator('.mskel').first().waitFor({ state: 'detached' })
    assert.ok(Math.abs((first?.y ?? 0) - ((await place())?.y ?? 999)) < 2)
    await page.locator('.msgs').evaluate(toTop)
    await page.getByText('Line 0', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await page.waitForURL('**/inbox?q=Long')
    await page.goto(`${world.origin}/inbox`)
    await page.locator('.conv').first().waitFor()
    // Far from what was read so far the list shows what is there, and stays there.
    await page.locator('.convs').evaluate((element) => {
      element.scrollTop = element.scrollHeight / 2
    })
    await page.locator('.conv', { hasText: 'Person 300' }).waitFor()
    assert.ok((await page.locator('.conv').count()) < 60)
    await page.locator('.conv', { hasText: 'Person 0' }).waitFor({ state: 'detached' })
  })
})
