import type { Floor, Room, Tower } from './tower.ts'

const margin = 24
const labelWidth = 138
const roomsWidth = 484
const gap = 22
const cellWidth = 38
const roomHeight = 24
const roomGap = 6
const padding = 11
const floorGap = 4
const headerHeight = 186

/** Colours of both schemes; the picture has a ground of its own, so that it is readable wherever it stands. */
const style = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
  .ground { fill: #ffffff } .floor { fill: #f3f5f8; stroke: #d5dae1 } .room { fill: #ffffff; stroke: #c6cdd6 }
  .base { fill: #eef3ee; stroke: #cfdccf } .cell { fill: none; stroke: #e3e7ec }
  .file { fill: none; stroke: #c3d0c3 } .own { fill: #e3e7ec; stroke: #e3e7ec } .up { fill: #d1242f }
  .few { fill: #dbe9fb } .some { fill: #a9cbf5 } .many { fill: #3d82da } .most { fill: #1257b0 }
  .title { font-size: 20px; font-weight: 600 } .name { font-size: 14px; font-weight: 600 }
  .muted { fill: #59636e } .light { fill: #ffffff } .number { font-size: 13px }
  .middle { text-anchor: middle }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .ground { fill: #0d1117 } .floor { fill: #161c25; stroke: #2c3542 } .room { fill: #212a36; stroke: #3a4553 }
    .base { fill: #15211b; stroke: #27392e } .cell { stroke: #222a35 }
    .file { stroke: #33493b } .own { fill: #222a35; stroke: #222a35 } .up { fill: #b62324 }
    .few { fill: #16304f } .some { fill: #1d4778 } .many { fill: #2563a8 } .most { fill: #3b83d8 }
    .muted { fill: #9198a1 } .light { fill: #ffffff }
  }
`.trim()

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const roomWidthOf = (room: string) => Math.round(room.length * 6.6 + 22)

interface Placed {
  room: Room
  x: number
  y: number
  width: number
}

/** Rooms in lines, from the left, as many in a line as there is width for. */
function placeRooms(rooms: readonly Room[], width: number): { placed: Placed[]; height: number } {
  let x = 0
  let y = 0
  const placed = rooms.map((room) => {
    const own = roomWidthOf(room.name)
    if (x > 0 && x + own > width) {
      x = 0
      y += roomHeight + roomGap
    }
    const place = { room, x, y, width: own }
    x += own + roomGap
    return place
  })
  return { placed, height: y + roomHeight + padding * 2 }
}

interface Box {
  x: number
  y: number
  width: number
}

/** A floor with its name and its rooms, as tall as they need. */
function drawFloor(floor: Floor, box: Box, kind: 'floor' | 'base'): { svg: string[]; height: number } {
  const { placed, height } = placeRooms(floor.rooms, box.width - labelWidth - padding)
  const middle = box.y + height / 2 + 5
  const svg = [
    `<rect class="${kind}" x="${box.x}" y="${box.y}" width="${box.width}" height="${height}" rx="6"/>`,
    `<text class="name" x="${box.x + 14}" y="${middle}">${escapeXml(floor.name)}</text>`,
  ]
  for (const { room, x, y, width } of placed) {
    const [left, top] = [box.x + labelWidth + x, box.y + padding + y]
    svg.push(
      `<rect class="${room.isFile ? 'file' : 'room'}" x="${left}" y="${top}" width="${width}" height="${roomHeight}" rx="5"/>`,
      `<text class="middle" x="${left + width / 2}" y="${top + 16}">${escapeXml(room.name)}</text>`,
    )
  }
  return { svg, height }
}

function shadeOf(count: number): string {
  if (count >= 12) return 'most'
  if (count >= 6) return 'many'
  return count >= 3 ? 'some' : 'few'
}

/** One cell: how many pairs of features there are of which the one in the row's floor imports the other. */
function drawCell(tower: Tower, row: number, column: number, box: Box & { height: number }): string[] {
  const [from, to] = [tower.floors[row]?.name, tower.floors[column]?.name]
  const rect = (kind: string) =>
    `<rect class="${kind}" x="${box.x + 1.5}" y="${box.y + 1.5}" width="${box.width - 3}" height="${box.height - 3}" rx="4"/>`
  if (row === column) return [rect('own')]
  const needs = tower.needs.get(`${from} ${to}`) ?? []
  if (needs.length === 0) return column > row ? [rect('cell')] : []
  const kind = column > row ? shadeOf(needs.length) : 'up'
  const isDark = kind !== 'few' && kind !== 'some'
  const pairs = needs.map((need) => `${need.from} → ${need.to}`).join('\n')
  return [
    `<g><title>${escapeXml(pairs)}</title>`,
    rect(kind),
    `<text class="number middle${isDark ? ' light' : ''}" x="${box.x + box.width / 2}" y="${box.y + box.height / 2 + 5}">${needs.length}</text></g>`,
  ]
}

function drawHeader(tower: Tower, left: number): string[] {
  const transports = tower.transports.join(', ')
  const lines = [
    'Imports go down, events go up. A number counts pairs of features: the one on',
    'the floor imports the one on the floor of the column.',
    'Above: app.ts and features.ts put everything together and know all.',
    `Beside: the transports (${transports}) are given operations and know no area.`,
  ]
  return [
    `<text class="title" x="${margin}" y="48">The server, drawn from its imports</text>`,
    ...lines.map((line, index) => `<text class="muted" x="${margin}" y="${82 + index * 20}">${line}</text>`),
    ...tower.floors.map(({ name }, index) => {
      const x = left + index * cellWidth + cellWidth / 2 + 4
      const y = headerHeight - 10
      return `<text x="${x}" y="${y}" transform="rotate(-50 ${x} ${y})">${escapeXml(name)}</text>`
    }),
  ]
}

/** The picture: floors with their rooms, and beside each how many pairs of features need each other. */
export function drawTower(tower: Tower): string {
  const width = margin * 2 + labelWidth + roomsWidth + gap + tower.floors.length * cellWidth + 34
  const left = margin + labelWidth + roomsWidth + gap
  const svg = drawHeader(tower, left)
  let y = headerHeight
  tower.floors.forEach((floor, row) => {
    const drawn = drawFloor(floor, { x: margin, y, width: labelWidth + roomsWidth }, 'floor')
    svg.push(...drawn.svg)
    tower.floors.forEach((_, column) => {
      const box = { x: left + column * cellWidth, y, width: cellWidth, height: drawn.height }
      svg.push(...drawCell(tower, row, column, box))
    })
    y += drawn.height + floorGap
  })
  y += 12
  for (const floor of tower.ground) {
    const drawn = drawFloor(
      floor,
      { x: margin, y, width: left + tower.floors.length * cellWidth - margin },
      'base',
    )
    svg.push(...drawn.svg)
    y += drawn.height + floorGap
  }
  const height = y + margin - floorGap
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Areas of the server from high to low, with their features and who needs whom">`,
    '<!-- Written by npm run docs from the imports: change these. -->',
    `<style>${style}</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="10"/>`,
    ...svg,
    '</svg>',
    '',
  ].join('\n')
}
