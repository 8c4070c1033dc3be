const fold = (text: string) => text.normalize('NFKC').toLocaleLowerCase()

/** A text of a person with the word that was looked for marked, where it stands in it as it is written. */
export function Highlight({ text, word }: { text: string; word: string | null }) {
  const folded = fold(text)
  const at = word === null || word === '' || folded.length !== text.length ? -1 : folded.indexOf(fold(word))
  if (at === -1 || word === null) return <bdi>{text}</bdi>
  const end = at + fold(word).length
  return (
    <bdi>
      {text.slice(0, at)}
      <mark>{text.slice(at, end)}</mark>
      {text.slice(end)}
    </bdi>
  )
}
