import type { Page } from 'playwright-core'
import type { Read } from './screenshot-places.ts'

/** Something on a page that has no address: a dialog, a menu. */
export interface Moment {
  name: string
  path: (read: Read) => Promise<string> | string
  open: (page: Page) => Promise<void>
  /** Whether it opens a dialog, which is waited for and closed again; else it is a place in a page. */
  isDialog?: boolean
  /** Only worth a picture in the demo, where there is something. */
  isFull?: boolean
}

const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click()

/** What is worth a picture beside the pages. */
export const moments: readonly Moment[] = [
  { name: 'palette', path: () => '/', open: (page) => page.keyboard.press('Control+k') },
  { name: 'keys', path: () => '/', open: (page) => page.keyboard.press('?') },
  { name: 'connect', path: () => '/sessions', open: press('Connect a number') },
  { name: 'curl', path: () => '/sessions', open: (page) => page.keyboard.press('Shift+C') },
  {
    name: 'delivery-failed',
    isDialog: false,
    isFull: true,
    path: async (read) => {
      const { deliveries } = await read<{ deliveries: { id: string; webhook_id: string }[] }>(
        '/webhooks/deliveries?status=failed',
      )
      const [failed] = deliveries
      return failed === undefined ? '/webhooks' : `/webhooks/${failed.webhook_id}?delivery=${failed.id}`
    },
    open: async () => undefined,
  },
]
