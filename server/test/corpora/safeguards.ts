import { addedTexts } from './added.ts'
import { emailTexts, phoneTexts, urlTexts } from './contact.ts'
import type { CorpusText } from './corpus-entry.ts'
import {
  harmlessChat,
  harmlessCodes,
  harmlessInstructions,
  harmlessNumbers,
  harmlessTalk,
} from './harmless.ts'
import { injectionTexts } from './injection.ts'
import { networkTexts } from './networks.ts'
import { accountTexts, cardTexts, idTexts } from './personal.ts'
import { apiKeyTexts, passwordTexts, privateKeyTexts, tokenTexts } from './secrets.ts'

/** Texts that hold something. Nothing in them was ever real. */
export const harmfulTexts: readonly CorpusText[] = [
  ...apiKeyTexts,
  ...tokenTexts,
  ...privateKeyTexts,
  ...passwordTexts,
  ...cardTexts,
  ...idTexts,
  ...accountTexts,
  ...emailTexts,
  ...phoneTexts,
  ...urlTexts,
  ...injectionTexts,
  ...addedTexts.filter(({ has }) => has.length > 0),
]

/** Texts that hold nothing, most of which look as if they did. */
export const harmlessTexts: readonly CorpusText[] = [
  ...harmlessNumbers,
  ...harmlessCodes,
  ...harmlessTalk,
  ...harmlessInstructions,
  ...harmlessChat,
  ...networkTexts,
  ...addedTexts.filter(({ has }) => has.length === 0),
]
