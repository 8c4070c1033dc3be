/** Numbers of the operators that are looked at. */
export interface OperatorNames {
  save: number
  restore: number
  setTextRenderingMode: number
  setFillRGBColor: number
  setFillGray: number
  setFillCMYKColor: number
  setFillColorN: number
  showText: number
  constructPath: number
  fill: number
  eoFill: number
  shadingFill: number
  paintImageXObject: number
  paintInlineImageXObject: number
  paintImageMaskXObject: number
}

interface Operators {
  fnArray: number[]
  argsArray: unknown[]
}

interface Paint {
  isWhite: boolean
  mode: number
}

const invisible = 3

/** Glyphs of a shown text as the characters they stand for. */
function textOf(shown: unknown): string {
  if (!Array.isArray(shown)) return ''
  return shown
    .flat()
    .map((glyph: unknown) =>
      typeof glyph === 'object' && glyph !== null && 'unicode' in glyph ? String(glyph.unicode) : '',
    )
    .join('')
    .trim()
}

const isWhiteColour = (values: unknown): boolean => {
  const text = JSON.stringify(Array.isArray(values) ? values : Object.values((values ?? {}) as object))
  return /^\["?#f{6}"?\]$/i.test(text) || text === '[255,255,255]'
}

/** What is drawn on a page, in its order. */
class PageWatch {
  readonly inkless = new Set<string>()
  readonly white = new Set<string>()
  readonly seen = new Set<string>()
  hasGround = false
  readonly #names: OperatorNames
  readonly #fills: ReadonlySet<number>
  readonly #pictures: ReadonlySet<number>
  readonly #colours: ReadonlySet<number>
  readonly #stack: Paint[] = []
  #paint: Paint = { isWhite: false, mode: 0 }

  constructor(names: OperatorNames) {
    this.#names = names
    this.#fills = new Set([names.fill, names.eoFill, names.shadingFill])
    this.#pictures = new Set([
      names.paintImageXObject,
      names.paintInlineImageXObject,
      names.paintImageMaskXObject,
    ])
    this.#colours = new Set([
      names.setFillRGBColor,
      names.setFillGray,
      names.setFillCMYKColor,
      names.setFillColorN,
    ])
  }

  draw(operator: number, values: unknown): void {
    const [first] = Array.isArray(values) ? (values as unknown[]) : []
    if (operator === this.#names.save) this.#stack.push({ ...this.#paint })
    else if (operator === this.#names.restore) this.#paint = this.#stack.pop() ?? this.#paint
    else if (operator === this.#names.setTextRenderingMode) this.#paint.mode = Number(first)
    else if (this.#colours.has(operator)) this.#paint.isWhite = isWhiteColour(values)
    else if (operator === this.#names.showText) this.#show(textOf(first))
    else if (this.#pictures.has(operator)) this.hasGround = true
    // A path is told what becomes of it when it is made.
    else if (this.#fills.has(operator === this.#names.constructPath ? Number(first) : operator))
      this.hasGround ||= !this.#paint.isWhite
  }

  #show(text: string): void {
    if (text === '') return
    const { mode, isWhite } = this.#paint
    const texts = mode === invisible ? this.inkless : isWhite ? this.white : this.seen
    texts.add(text)
  }
}

/**
 * Texts that whoever looks at the page does not see: drawn without ink where other text has some, or in white on a page
 * with nothing behind it. Text without ink on a page that has no other is the layer of a scan that was read, and stays.
 */
export function hiddenStrings({ fnArray, argsArray }: Operators, names: OperatorNames): ReadonlySet<string> {
  const page = new PageWatch(names)
  for (const [index, operator] of fnArray.entries()) page.draw(operator, argsArray[index])
  const hidden = [...(page.seen.size > 0 ? page.inkless : []), ...(page.hasGround ? [] : page.white)]
  return new Set(hidden.filter((text) => !page.seen.has(text)))
}
