import { createFolding } from '../../../platform/fold-text.ts'

/** Lower case without accents, as `lead_words` of migration 0013 folds what leads are found by. */
export const foldForSearch = createFolding({
  marks: /[\u0300-\u036f]/g,
  isDecomposed: true,
  letters: { ς: 'σ' },
})
