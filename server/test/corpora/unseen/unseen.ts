import type { DetectorKind } from '../../../src/features/safety/detectors/detectors.schema.ts'
import type { CorpusText } from '../corpus-entry.ts'
import { unseenNetworkTexts } from '../networks.ts'
import { unseenContact } from './contact.ts'
import { unseenChat } from './harmless-chat.ts'
import { unseenNumbers } from './harmless-numbers.ts'
import { unseenTalk } from './harmless-talk.ts'
import { unseenInjection } from './injection.ts'
import { unseenPasswords } from './passwords.ts'
import { unseenPersonal } from './personal.ts'
import { unseenSecrets } from './secrets.ts'

/**
 * A second corpus, written against the documentation alone and measured once before the detectors were touched:
 * what to expect of texts that nobody tuned for. Nothing in it was ever real.
 */
export const unseenTexts: readonly CorpusText[] = [
  ...unseenSecrets,
  ...unseenPasswords,
  ...unseenPersonal,
  ...unseenContact,
  ...unseenInjection,
  ...unseenNumbers,
  ...unseenTalk,
  ...unseenChat,
  ...unseenNetworkTexts,
]

/** What the detectors did with it at first sight: 318 of the 509 things that are in it, and 6 false ones. */
export const firstRun: Readonly<Record<DetectorKind, { caught: number; falselyCaught: number }>> = {
  injection: { caught: 41, falselyCaught: 0 },
  api_keys: { caught: 26, falselyCaught: 0 },
  passwords: { caught: 58, falselyCaught: 2 },
  tokens: { caught: 4, falselyCaught: 1 },
  private_keys: { caught: 7, falselyCaught: 0 },
  ssn: { caught: 45, falselyCaught: 1 },
  credit_cards: { caught: 23, falselyCaught: 0 },
  bank_accounts: { caught: 39, falselyCaught: 0 },
  emails: { caught: 19, falselyCaught: 0 },
  phone_numbers: { caught: 32, falselyCaught: 0 },
  urls: { caught: 24, falselyCaught: 2 },
}
