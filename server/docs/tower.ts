import { areaOf, areas } from '../test/architecture-tower.ts'
import { inServer, zoneOf } from '../test/architecture-zones.ts'
import { type FileFacts, readFacts, readSourceTree } from '../test/source-facts.ts'

/** A folder, or a file at the root of its floor. */
export interface Room {
  name: string
  isFile?: boolean
}

/** A row of rooms: an area with its features, or what all areas stand on. */
export interface Floor {
  name: string
  rooms: Room[]
}

/** Two features of which the first imports the second. */
export interface Need {
  from: string
  to: string
}

/** The server as its imports show it. */
export interface Tower {
  /** Areas that hold something, from high to low. */
  floors: Floor[]
  /** What every area may import, from high to low. */
  ground: Floor[]
  transports: string[]
  /** By `from area` and `to area`, each list sorted. */
  needs: Map<string, Need[]>
}

const byName = (a: string, b: string) => (a < b ? -1 : 1)

/** The rooms of a zone: its folders, then the files at its root. */
function roomsOf(files: readonly FileFacts[], zone: string): Room[] {
  const rooms = files.flatMap(({ path }) => {
    const match = new RegExp(`^server/src/${zone}/([^/]+?)(/|\\.ts$)`).exec(path)
    return match === null ? [] : [`${match[2] === '/' ? '0' : '1'}${match[1]}`]
  })
  return [...new Set(rooms)]
    .sort(byName)
    .map((room) => ({ name: room.slice(1), isFile: room.startsWith('1') }))
}

function featureOf(path: string): string | undefined {
  const zone = zoneOf(path)
  return zone.startsWith('feature ') ? zone.replace('feature ', '') : undefined
}

function listNeeds(files: readonly FileFacts[]): Map<string, Need[]> {
  const pairs = files.flatMap(({ path, imports }) => {
    const from = featureOf(path)
    if (from === undefined) return []
    return imports.flatMap(({ target }) => {
      const to = featureOf(target)
      return to === undefined || areaOf(target) === areaOf(path) ? [] : [`${from} ${to}`]
    })
  })
  const needs = [...new Set(pairs)].sort(byName).map((pair) => {
    const [from = '', to = ''] = pair.split(' ')
    return { from, to }
  })
  const areaIn = (feature: string) => feature.split('/')[0]
  return Map.groupBy(needs, ({ from, to }) => `${areaIn(from)} ${areaIn(to)}`)
}

/** Reads the source and says what stands where, and who needs whom. */
export function readTower(): Tower {
  const files = [...readSourceTree()].map(([path, text]) => readFacts(path, text)).filter(inServer)
  const features = [...new Set(files.flatMap(({ path }) => featureOf(path) ?? []))].sort(byName)
  const floors = areas
    .map((name) => ({
      name,
      rooms: features.flatMap((feature) =>
        feature.startsWith(`${name}/`) ? { name: feature.slice(name.length + 1) } : [],
      ),
    }))
    .filter(({ rooms }) => rooms.length > 0)
  const vocabulary = files
    .filter(({ path }) => zoneOf(path) === 'vocabulary')
    .map(({ path }) => path.replace('server/src/', '').replace('.ts', ''))
  return {
    floors,
    ground: [
      { name: 'vocabulary', rooms: vocabulary.sort(byName).map((file) => ({ name: file, isFile: true })) },
      { name: 'engine', rooms: roomsOf(files, 'engine') },
      { name: 'platform', rooms: roomsOf(files, 'platform') },
    ],
    transports: roomsOf(files, 'transports').map(({ name }) => name),
    needs: listNeeds(files),
  }
}
