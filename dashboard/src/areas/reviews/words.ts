import { defineCatalogue } from '../../i18n/catalogue.tsx'
import type en from './messages/en.json'
import type es from './messages/es.json'
import type he from './messages/he.json'
import type pt from './messages/pt.json'
import type zh from './messages/zh.json'

const catalogue = defineCatalogue<typeof en, [typeof es, typeof pt, typeof he, typeof zh]>(
  import.meta.glob('./messages/*.json'),
)

/** The words of the area in the language of the page. */
export const useText = catalogue.useText
