/** Hands a file to the browser to be kept, as a link with `download` would. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken what it needs once the click is through.
  setTimeout(() => URL.revokeObjectURL(url))
}
