// Installs what is missing, so that `git clone` and `npm start` are the only two commands there are.
// Plain JavaScript for any Node >= 18: it runs before the Node 24 that comes with the `node` package is there.
// Usage: node scripts/setup.mjs [test]
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isBuilt as isDashboardBuilt } from '../dashboard/build/stamp.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const stampFile = join(modules, '.moltflow-setup')
const nodeBinary = join(modules, '.bin', 'node')
const neededMajor = 24
const oldestServer = 15

class SetupError extends Error {}

function say(text) {
  process.stdout.write(`setup: ${text}\n`)
}

/** What the stamp must say for node_modules to be taken as it is. */
function wantedStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`
}

function isUpToDate() {
  return existsSync(stampFile) && existsSync(nodeBinary) && readFileSync(stampFile, 'utf8') === wantedStamp()
}

/**
 * Whether somebody already installed exactly what the lockfile says, for example with `npm install`.
 * Then nothing is deleted under the feet of programs that run from node_modules.
 */
function treeMatchesLock() {
  const hidden = join(modules, '.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue
    const other = present[path]
    // Optional packages of another operating system are in the lockfile and never on the disk.
    if (!other && (entry.optional || entry.peer)) continue
    if (!other || other.version !== entry.version || other.integrity !== entry.integrity) return false
    if (!existsSync(join(root, path))) return false
  }
  // The install script of the `node` package puts its own packages below itself; no lockfile knows them.
  return Object.keys(present).every((path) => path in wanted || path.startsWith('node_modules/node/'))
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function pathEntries() {
  return (process.env.PATH ?? '').split(delimiter).filter(Boolean)
}

/** PATH without this checkout's own binaries: `npm ci` deletes them while it runs. */
function outsidePath() {
  return pathEntries().filter(
    (entry) => !resolve(entry).startsWith(modules + sep) && resolve(entry) !== modules,
  )
}

function findOnPath(name, entries) {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name]
  for (const entry of entries) {
    for (const candidate of names) {
      if (isExecutable(join(entry, candidate))) return join(entry, candidate)
    }
  }
  return undefined
}

/** Runs npm under a Node that the installation does not replace. */
function npm(args) {
  const outside = outsidePath()
  const env = { ...process.env, PATH: outside.join(delimiter) }
  // npm hands its own settings to scripts as variables; a nested npm takes them for configuration.
  for (const name of Object.keys(env)) {
    if (/^npm_(package|lifecycle|command)/i.test(name)) delete env[name]
  }
  const cli = process.env.npm_execpath
  const useCli = cli && /npm-cli\.js$/.test(cli) && existsSync(cli)
  const command = useCli ? (findOnPath('node', outside) ?? process.execPath) : 'npm'
  return spawnSync(command, useCli ? [cli, ...args] : args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: !useCli && process.platform === 'win32',
  })
}

/** The version the bundled Node reports, or undefined where it is missing or cannot run here. */
function bundledVersion() {
  if (!existsSync(nodeBinary)) return undefined
  const result = spawnSync(nodeBinary, ['--version'], { encoding: 'utf8' })
  return result.status === 0 ? result.stdout.trim() : undefined
}

function isRightVersion(version) {
  return version?.startsWith(`v${neededMajor}.`) ?? false
}

/** The `node` package fetches the binary of this platform in an install script; npm may be told not to run any. */
function ensureNode() {
  if (isRightVersion(bundledVersion())) return
  say('Node 24 was not installed along with its package (install scripts are off?), fetching it')
  npm(['rebuild', 'node', '--ignore-scripts=false', '--no-audit', '--no-fund'])
  if (isRightVersion(bundledVersion())) return
  fetchPlatformNode()
  if (isRightVersion(bundledVersion())) return
  throw new SetupError(
    `Node ${neededMajor} for ${process.platform}-${process.arch} could not be installed (found: ${bundledVersion() ?? 'none'}). ` +
      `Install Node ${neededMajor} by hand and link it as node_modules/.bin/node, then run this again.`,
  )
}

function fetchPlatformNode() {
  const { version } = JSON.parse(readFileSync(join(modules, 'node', 'package.json'), 'utf8'))
  const system = process.platform === 'win32' ? 'win' : process.platform
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  const name = `${prefix}-${system}-${process.arch}`
  const place = join(root, '.cache', 'node')
  mkdirSync(place, { recursive: true })
  npm([
    'install',
    '--prefix',
    place,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    `${name}@${version}`,
  ])
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  const from = join(place, 'node_modules', name, 'bin', binary)
  if (!existsSync(from)) return
  const to = join(modules, 'node', 'bin', binary)
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
  chmodSync(to, 0o755)
  if (process.platform === 'win32') return
  rmSync(nodeBinary, { force: true })
  mkdirSync(dirname(nodeBinary), { recursive: true })
  symlinkSync(join('..', 'node', 'bin', 'node'), nodeBinary)
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Two terminals may start at the same moment; the second waits for the first instead of deleting its work. */
function withLock(run) {
  const lock = join(root, '.cache', 'setup.lock')
  mkdirSync(dirname(lock), { recursive: true })
  for (let told = false; ; told = true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
    if (owner && !isAlive(owner)) rmSync(lock, { force: true })
    else if (!told) say('another set-up is running, waiting for it')
    sleep(200)
  }
  try {
    run()
  } finally {
    rmSync(lock, { force: true })
  }
}

function install() {
  if (isUpToDate()) return
  if (!treeMatchesLock()) {
    say('installing packages (once; the lockfile says which)')
    const result = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])
    if (result.error) throw new SetupError(`npm could not be started: ${result.error.message}`)
    if (result.status !== 0)
      throw new SetupError('npm ci failed, see above. Is the package registry reachable?')
  }
  ensureNode()
  writeFileSync(stampFile, wantedStamp())
}

/** Directory with initdb and postgres of the newest server found, like the test suite looks for it. */
function findServer() {
  const places = []
  const onPath = findOnPath('initdb', pathEntries())
  if (onPath) places.push(dirname(realpathSync(onPath)))
  const debian = '/usr/lib/postgresql'
  if (existsSync(debian)) {
    const versions = readdirSync(debian)
      .map(Number)
      .filter((version) => version >= oldestServer)
    for (const version of versions.sort((a, b) => b - a)) places.push(join(debian, String(version), 'bin'))
  }
  return places.find((place) => isExecutable(join(place, 'initdb')) && isExecutable(join(place, 'postgres')))
}

/** Installs a Debian package where that is possible without asking anybody. */
function installPackage(name, why) {
  const isRoot = process.getuid?.() === 0
  const hasApt = existsSync('/etc/debian_version') && findOnPath('apt-get', pathEntries())
  const sudo = !isRoot && process.env.CI && findOnPath('sudo', pathEntries()) ? ['sudo', '-n'] : []
  if (!hasApt || !(isRoot || sudo.length > 0)) return
  say(`${why}: installing the Debian package "${name}"`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', name],
  ]) {
    const [command, ...rest] = [...sudo, 'apt-get', ...args]
    spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'], env })
  }
}

function ensureServer() {
  if (process.platform === 'win32') return
  if (findServer()) return
  installPackage('postgresql', 'the suite needs a PostgreSQL server')
  if (findServer()) return
  throw new SetupError(
    `the test suite also runs on PostgreSQL and found no server (initdb and postgres, ${oldestServer} or newer) ` +
      'on PATH or under /usr/lib/postgresql. Install one, for example with "apt-get install postgresql" or ' +
      '"brew install postgresql@17", and put its bin directory on PATH. It is started privately; no service is needed.',
  )
}

function hasFfmpeg() {
  return ['ffmpeg', 'ffprobe'].every((name) => findOnPath(name, pathEntries()))
}

/** Sound and moving pictures are converted by ffmpeg; the tests of that fail without it. */
function ensureFfmpeg() {
  if (hasFfmpeg()) return
  installPackage('ffmpeg', 'the tests of media need ffmpeg')
  if (hasFfmpeg()) return
  throw new SetupError(
    'the tests of media need ffmpeg and ffprobe on PATH. Install them, for example with "apt-get install ffmpeg" or ' +
      '"brew install ffmpeg".',
  )
}

/** The README's commands are tested in zsh, which macOS has and a fresh Debian lacks; without it that test is skipped. */
function ensureZsh() {
  if (process.platform === 'win32' || findOnPath('zsh', pathEntries())) return
  installPackage('zsh', 'the commands of the README are tested in zsh')
}

/** The client for Python is built into a wheel without the network, by what Debian brings. */
function ensurePython() {
  const program = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
  // In this order: setuptools refuses to be loaded after what pip loads.
  const hasTools = () =>
    spawnSync(program, ['-c', 'import setuptools, wheel, pip'], { stdio: 'ignore' }).status === 0
  if (process.platform === 'win32' || hasTools()) return
  for (const name of ['python3', 'python3-pip', 'python3-setuptools', 'python3-wheel'])
    installPackage(name, 'the tests of the client for Python need it')
  if (hasTools()) return
  throw new SetupError(
    'the tests of the client for Python need python3 with pip, setuptools and wheel on PATH. Install them, for ' +
      'example with "apt-get install python3-pip python3-setuptools python3-wheel".',
  )
}

const browsers = ['chromium', 'chromium-browser', 'google-chrome']

/** The tests of the dashboard look at it in a browser. */
function ensureChromium() {
  const hasBrowser = () =>
    process.env.CHROMIUM_PATH || browsers.some((name) => findOnPath(name, pathEntries()))
  if (hasBrowser()) return
  installPackage('chromium', 'the tests of the dashboard need a browser')
  if (hasBrowser()) return
  say('fetching the browser of Playwright for the tests of the dashboard')
  const cli = join(modules, 'playwright-core', 'cli.js')
  const result = spawnSync(nodeBinary, [cli, 'install', 'chromium'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (result.status === 0) return
  throw new SetupError(
    'the tests of the dashboard need Chromium. Install it, for example with "apt-get install chromium", or name it in CHROMIUM_PATH.',
  )
}

/** What every first start would else pay for: an empty database to copy, and compiled sources. */
function prepareFirstStart() {
  const source = join(root, 'server', 'src')
  const preloads = [join(source, 'platform', 'quick-imports.ts'), join(source, 'app.ts')]
  const imports = preloads.flatMap((path) => ['--import', pathToFileURL(path).href])
  const seed = join(source, 'platform', 'database', 'embedded', 'seed.ts')
  spawnSync(nodeBinary, [...imports, seed], { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The pages the server gives out, when their sources are newer: seconds once, nothing afterwards. */
function buildDashboard() {
  if (isDashboardBuilt()) return
  say('building the dashboard')
  const build = join(root, 'dashboard', 'build', 'build.ts')
  const result = spawnSync(nodeBinary, [build], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (result.status !== 0) throw new SetupError('the dashboard could not be built, see above')
}

function main() {
  if (Number(process.versions.node.split('.')[0]) < 18) {
    throw new SetupError(`npm runs under Node ${process.versions.node}; 18 or newer is needed to install.`)
  }
  if (!isUpToDate()) withLock(install)
  if (!existsSync(join(root, '.cache', 'compiled'))) prepareFirstStart()
  if (!isDashboardBuilt()) withLock(buildDashboard)
  if (process.argv[2] !== 'test') return
  ensureServer()
  ensureFfmpeg()
  ensureZsh()
  ensurePython()
  ensureChromium()
}

try {
  main()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  process.stderr.write(`setup: ${error.message}\n`)
  process.exitCode = 1
}
