import { detect } from './detect.ts'
import { processDocument } from './documents.ts'
import { processImage, processPortrait, processSticker } from './pictures.ts'
import { processAudio, processSpeech, processVoice } from './sounds.ts'
import { type MediaResult, type MediaTask, RefusedFile } from './task.ts'
import { processGif, processVideo } from './videos.ts'

const processors = {
  image: processImage,
  sticker: processSticker,
  portrait: processPortrait,
  video: processVideo,
  gif: processGif,
  audio: processAudio,
  voice: processVoice,
  speech: processSpeech,
}

async function work(task: MediaTask): Promise<MediaResult> {
  try {
    const type = await detect(task.path)
    if (task.purpose === 'document') return await processDocument(task, type)
    return await processors[task.purpose](task, type ?? 'of no known type')
  } catch (error) {
    if (error instanceof RefusedFile) return error.refusal
    throw error
  }
}

// A process of its own: whatever a file does to the libraries that read it, it does it here. One task at a time.
process.on('disconnect', () => process.exit(1))
process.on('message', (task: MediaTask) => {
  work(task).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      process.exit(1)
    },
  )
})
