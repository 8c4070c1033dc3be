import { Parser } from 'htmlparser2'
import { type Block, UnreadableDocument } from './document.ts'
import { requireBounded } from './text-files.ts'

/** What browsers never show. */
const unseen = new Set(
  'head script style template noscript iframe object embed svg math canvas audio video select datalist'.split(
    ' ',
  ),
)
const voids = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '))
const blocks = new Set(
  'address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
)
const heading = /^h([1-6])$/
/** Browsers end at a few hundred; what the parser takes grows with the square. */
const deepest = 5000

/** Colours that are alike when a style names them for text and ground. */
const colour = (value: string | undefined): string =>
  (value ?? '').replace(/\s+/g, '').replace(/^(?:white|#fff|rgb\(255,255,255\))$/, '#ffffff')

const isNothing = (value: string | undefined): boolean =>
  value !== undefined && /^[+-]?(?:0+(?:\.0*)?|\.0+)(?:px|pt|r?em|%)?$/.test(value)

/** Whether declarations of a style keep an element from being seen. */
export function hides(style: string): boolean {
  const values = new Map<string, string>()
  for (const declaration of style.toLowerCase().slice(0, 5000).split(';')) {
    const colon = declaration.indexOf(':')
    if (colon < 0) continue
    const value = declaration
      .slice(colon + 1)
      .replace('!important', '')
      .trim()
    values.set(declaration.slice(0, colon).trim(), value)
  }
  if (values.get('display') === 'none' || /^(?:hidden|collapse)$/.test(values.get('visibility') ?? ''))
    return true
  if (isNothing(values.get('opacity')) || isNothing(values.get('font-size'))) return true
  if (colour(values.get('color')) === 'transparent') return true
  const ground = values.get('background-color') ?? values.get('background')
  if (values.has('color') && colour(values.get('color')) === colour(ground)) return true
  if (values.get('color') !== undefined && ground === undefined && colour(values.get('color')) === '#ffffff')
    return true
  const isOut = ['left', 'right', 'top', 'text-indent', 'margin-left'].some((side) =>
    /^-(?:\d{4,}(?:px|pt)?|\d{3,}r?em|\d{3,}%)/.test(values.get(side) ?? ''),
  )
  if (isOut) return true
  const isClipped = /hidden|clip/.test(values.get('overflow') ?? '')
  return (
    isClipped &&
    (isNothing(values.get('height')) || isNothing(values.get('width')) || isNothing(values.get('max-height')))
  )
}

/** Classes, ids and elements that a style sheet in the page hides, as far as single selectors say. */
class Hidden {
  readonly #selectors = new Set<string>()

  read(sheet: string): void {
    const plain = sheet.replace(/\/\*[\s\S]*?(?:\*\/|$)/g, '')
    for (const rule of plain.split('}').slice(0, 5000)) {
      const [selectors = '', declarations = ''] = rule.split('{').slice(-2)
      if (!hides(declarations)) continue
      for (const selector of selectors.split(',')) {
        const name = selector.trim().toLowerCase()
        if (/^[.#]?[\w-]+$|^[a-z]+\.[\w-]+$/.test(name)) this.#selectors.add(name)
      }
    }
  }

  has(name: string, attributes: Record<string, string>): boolean {
    if (attributes.hidden !== undefined || hides(attributes.style ?? '')) return true
    if (name === 'input' || (name === 'dialog' && attributes.open === undefined)) return true
    if (this.#selectors.size === 0) return false
    const classes = (attributes.class ?? '').toLowerCase().split(/\s+/)
    const id = (attributes.id ?? '').toLowerCase()
    return (
      this.#selectors.has(`#${id}`) ||
      classes.some((each) => this.#selectors.has(`.${each}`) || this.#selectors.has(`${name}.${each}`))
    )
  }
}

/** Follows the elements of a page and writes down what is seen of them. */
class PageReader {
  readonly blocks: Block[] = []
  readonly #hidden = new Hidden()
  /** Elements around; from the depth `#hiddenFrom` on nobody sees what is in them. */
  readonly #open: string[] = []
  #hiddenFrom = Number.POSITIVE_INFINITY
  #preformatted = 0
  #level = 0
  #characters = 0
  #text = ''
  #sheet = ''

  enter(name: string, attributes: Record<string, string>): void {
    const isUnseen = unseen.has(name) || this.#hidden.has(name, attributes)
    if (!voids.has(name)) {
      this.#open.push(name)
      if (this.#open.length > deepest)
        throw new UnreadableDocument(`The page nests deeper than ${deepest} elements`)
      if (name === 'pre') this.#preformatted += 1
      if (isUnseen) this.#hiddenFrom = Math.min(this.#hiddenFrom, this.#open.length)
    }
    if (name === 'style') this.#sheet = ''
    if (this.#isSeen && !isUnseen) this.#begin(name, attributes)
  }

  read(piece: string): void {
    if (this.#open.at(-1) === 'style') this.#sheet += piece
    else if (this.#isSeen) this.#text += this.#preformatted > 0 ? piece : piece.replace(/\s+/g, ' ')
    requireBounded(this.#text.length)
  }

  leave(name: string): void {
    if (voids.has(name)) return
    if (name === 'style') this.#hidden.read(this.#sheet)
    if (name === 'pre') this.#preformatted -= 1
    const wasSeen = this.#isSeen
    if (this.#open.length === this.#hiddenFrom) this.#hiddenFrom = Number.POSITIVE_INFINITY
    this.#open.pop()
    if (!wasSeen) return
    if (name === 'td' || name === 'th') this.#text += ' | '
    if (!blocks.has(name)) return
    this.flush()
    if (heading.test(name)) this.#level = 0
  }

  flush(): void {
    const lines = this.#text.replace(/[^\S\n]+/g, ' ').replace(/ ?\n ?/g, '\n')
    const text = lines.trim()
    this.#text = ''
    if (text === '') return
    this.#characters += text.length
    requireBounded(this.#characters)
    this.blocks.push(this.#level > 0 ? { kind: 'heading', level: this.#level, text } : { kind: 'text', text })
  }

  get #isSeen(): boolean {
    return this.#open.length < this.#hiddenFrom
  }

  #begin(name: string, { alt }: Record<string, string>): void {
    if (blocks.has(name)) this.flush()
    if (name === 'br') this.#text += '\n'
    if (name === 'li') this.#text += '- '
    if (name === 'img' && alt !== undefined) this.#text += ` ${alt} `
    const size = heading.exec(name)?.[1]
    if (size !== undefined) this.#level = Number(size)
  }
}

const sliceCharacters = 1_000_000

/** What is seen of a page: headings and paragraphs, cells of a row beside each other. */
export function readHtml(html: string): Block[] {
  const page = new PageReader()
  const parser = new Parser(
    {
      onopentag: (name, attributes) => page.enter(name, attributes),
      ontext: (piece) => page.read(piece),
      onclosetag: (name) => page.leave(name),
    },
    { decodeEntities: true },
  )
  // In slices, so that what is too much is noticed before all of it was read.
  for (let from = 0; from < html.length; from += sliceCharacters)
    parser.write(html.slice(from, from + sliceCharacters))
  parser.end()
  page.flush()
  return page.blocks
}

/** The encoding that a page names for itself. */
export function declaredEncoding(beginning: string): string | undefined {
  return /<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}["']?([\w-]{1,40})/i.exec(beginning)?.[1]
}
