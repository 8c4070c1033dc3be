import { createFolding, latinTwins } from '../../../platform/fold-text.ts'

/** Lower case without accents, as `lead_words` of migration 0020 folds what leads are found by. */
export const foldForSearch = createFolding({
  marks: /[\u0300-\u036f]/g,
  isDecomposed: true,
  letters: { ...latinTwins, ς: 'σ' },
})
