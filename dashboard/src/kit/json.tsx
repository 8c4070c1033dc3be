import { Fragment } from 'react'

/** A name with its colon, a text, a word or number of JSON; what is in between stays as it is. */
const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d[\d.eE+-]*/g

function classOf(match: RegExpMatchArray): string {
  const [, text, colon] = match
  if (text === undefined) return 'b'
  return colon === undefined ? 'c' : 'a'
}

/** JSON with its parts told apart, inside a `<pre className="code">`. */
export function Json({ text }: { text: string }) {
  const matches = [...text.matchAll(token)]
  let end = 0
  return matches
    .map((match) => {
      const { index } = match
      const before = text.slice(end, index)
      end = index + match[0].length
      const colon = match[2] ?? ''
      return (
        <Fragment key={index}>
          {before}
          <span className={classOf(match)}>{match[0].slice(0, match[0].length - colon.length)}</span>
          {colon}
        </Fragment>
      )
    })
    .concat(<Fragment key="end">{text.slice(end)}</Fragment>)
}
