import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import { useText } from '../words/words.ts'
import { Button } from './button.tsx'

/** A place to drop a file, or to choose one with a button. */
export function FileDrop({
  accept,
  onFile,
  children,
}: {
  accept?: string
  onFile(file: File): void
  children: ReactNode
}) {
  const t = useText()
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const take = (files: FileList | null) => {
    const file = files?.[0]
    if (file !== undefined) onFile(file)
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same
    <div
      className={`drop ${isOver ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <p>{children}</p>
      <Button onClick={() => input.current?.click()}>{t('file.choose')}</Button>
      <input
        ref={input}
        type="file"
        className="sr"
        tabIndex={-1}
        aria-hidden="true"
        accept={accept}
        onChange={(event) => {
          take(event.target.files)
          event.target.value = ''
        }}
      />
    </div>
  )
}
