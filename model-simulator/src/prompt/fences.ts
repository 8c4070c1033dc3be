/** A block of a prompt that holds somebody's text. */
export type Fenced = {
  kind: 'evidence' | 'message'
  id: string
  /** Its other attributes, `source` for instance. */
  attributes: Readonly<Record<string, string>>
  text: string
}

/** A prompt taken apart: what stands in fences, and the words of whoever wrote the prompt. */
export type Parts = { fenced: Fenced[]; outside: string }

const openingPattern = /<<<(evidence|message)((?:\s+[\w-]+="[^"\n]*")*)\s*>>>/g
const attribute = /([\w-]+)="([^"\n]*)"/g

/**
 * Takes a prompt apart. A block begins with `<<<evidence id="e1" source="name">>>` or `<<<message id="m1">>>` and ends
 * with `<<<end e1>>>`; a fence inside another one is text of the outer one. What has no end is no block.
 */
export function takeApart(prompt: string): Parts {
  const fenced: Fenced[] = []
  let outside = ''
  let at = 0
  const opening = new RegExp(openingPattern)
  for (;;) {
    const found = opening.exec(prompt)
    if (!found) break
    const attributes = Object.fromEntries(
      [...(found[2] ?? '').matchAll(attribute)].map(([, name = '', value = '']) => [name, value]),
    )
    const id = attributes['id'] ?? ''
    const end = `<<<end ${id}>>>`
    const from = found.index + found[0].length
    const to = prompt.indexOf(end, from)
    // A prompt may explain fences with an id of dots.
    if (!/^[\w-]+$/.test(id) || to < 0) continue
    const kind = found[1] === 'evidence' ? 'evidence' : 'message'
    fenced.push({ kind, id, attributes, text: prompt.slice(from, to).trim() })
    outside += `${prompt.slice(at, found.index)}\n`
    at = to + end.length
    opening.lastIndex = at
  }
  return { fenced, outside: outside + prompt.slice(at) }
}
