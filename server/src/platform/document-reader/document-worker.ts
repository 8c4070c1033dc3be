import type { DocumentTask } from './document.ts'
import { readDocument } from './read-document.ts'

// A process of its own: whatever a document does to the libraries that read it, it does it here. One at a time.
process.on('disconnect', () => process.exit(1))
process.on('message', (task: DocumentTask) => {
  readDocument(task).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      // No more than its kind: what a library says about a document may have the document's words in it.
      process.stderr.write(`${error instanceof Error ? error.name : 'something'} was thrown\n`)
      process.exit(1)
    },
  )
})
