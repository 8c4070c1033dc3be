import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Speech, withSpeech } from '@moltflow/model-simulator/sound'
import sharp from 'sharp'

// Files that people of the demo send. Pictures and papers are drawn here; the voice note is a hum, made for this demo;
// what is spoken in it is known to the demo's models alone.

const grounds: Readonly<Record<string, readonly [ground: string, floor: string, frame: string]>> = {
  blue: ['#cfe0ee', '#a9bfd2', '#1d4f80'],
  grey: ['#e2e0dc', '#c3bfb8', '#55504a'],
  green: ['#d6e6cf', '#afc7a4', '#2f6b3a'],
  orange: ['#f6dfc4', '#dfba90', '#b3541e'],
  rose: ['#f3d7dd', '#d9a9b4', '#9c2f4d'],
  teal: ['#cde7e4', '#9fc8c3', '#1f6d68'],
  violet: ['#e5d9ee', '#c3aed4', '#6a3d8c'],
}

function bicycle(colour: string): string {
  const wheel = (x: number) =>
    `<circle cx="${x}" cy="520" r="130" fill="none" stroke="#2b2730" stroke-width="14"/><circle cx="${x}" cy="520" r="12" fill="#2b2730"/>`
  return `${wheel(290)}${wheel(670)}<g fill="none" stroke="${colour}" stroke-width="20" stroke-linecap="round" stroke-linejoin="round">
    <path d="M290 520 L400 330 L600 330 L470 520 Z M400 330 L470 520 M670 520 L590 270"/></g>
    <g fill="none" stroke="#2b2730" stroke-width="16" stroke-linecap="round"><path d="M400 330 L385 285 M350 282 L425 282 M590 270 L650 255 M470 520 L505 565"/></g>
    <circle cx="470" cy="520" r="26" fill="#2b2730"/>`
}

/** The bytes of a photo of a bicycle in a colour. */
export async function photo(colour: string): Promise<Buffer> {
  const [ground, floor, frame] = grounds[colour] ?? ['#e2e0dc', '#c3bfb8', '#55504a']
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="720"><rect width="960" height="720" fill="${ground}"/>
    <rect y="640" width="960" height="80" fill="${floor}"/><circle cx="780" cy="150" r="70" fill="#ffffff" opacity=".55"/>${bicycle(frame)}</svg>`
  return sharp(Buffer.from(picture)).jpeg({ quality: 78 }).toBuffer()
}

/** A photo as a message takes it. */
export async function draw(colour: string): Promise<object> {
  const bytes = await photo(colour)
  return { kind: 'image', base64: bytes.toString('base64'), mimetype: 'image/jpeg', width: 960, height: 720 }
}

/** A sticker: a bell that rings. */
export async function sticker(): Promise<object> {
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512"><circle cx="256" cy="256" r="216" fill="#ffd45e" stroke="#ffffff" stroke-width="24"/>
    <circle cx="186" cy="216" r="26" fill="#3b2a12"/><circle cx="326" cy="216" r="26" fill="#3b2a12"/>
    <path d="M150 300 Q256 420 362 300" fill="none" stroke="#3b2a12" stroke-width="26" stroke-linecap="round"/></svg>`
  const bytes = await sharp(Buffer.from(picture)).webp({ quality: 80 }).toBuffer()
  return {
    kind: 'sticker',
    base64: bytes.toString('base64'),
    mimetype: 'image/webp',
    width: 512,
    height: 512,
  }
}

/** A voice note of eight seconds. */
export function voiceNote(speech: Speech): object {
  const hum = readFileSync(join(import.meta.dirname, 'voice.ogg'))
  const bytes = Buffer.from(withSpeech(hum, speech))
  return { kind: 'voice', base64: bytes.toString('base64'), mimetype: 'audio/ogg; codecs=opus', seconds: 8 }
}

/** A bill of one page. */
export function invoice(fileName: string): object {
  const lines = ['Harbour Cycles', 'Quay 4, at the harbour square', '', fileName.replace('.pdf', '')]
  const rows = ['Service, large    58.00', 'Chain and cassette    67.00', 'Total    125.00']
  const text = [...lines, '', ...rows].map((line) => `(${line}) Tj T*`).join('\n')
  const content = `BT /F1 18 Tf 26 TL 60 760 Td\n${text}\nET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let file = '%PDF-1.4\n'
  const places = objects.map((object, index) => {
    const place = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const table = file.length
  file += `xref\n0 6\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`
  return {
    kind: 'document',
    base64: Buffer.from(file, 'latin1').toString('base64'),
    mimetype: 'application/pdf',
    fileName,
  }
}
