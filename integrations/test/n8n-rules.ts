import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Choice, Property } from '../build/n8n-fields.ts'
import type { LoadedPackage } from './n8n-package.ts'

const source = resolve(import.meta.dirname, '../n8n')
const read = (file: string) => readFileSync(join(source, file), 'utf8')
const manifest = () => JSON.parse(read('package.json')) as Record<string, unknown>
const programs = () => globSync('{nodes,credentials}/**/*.ts', { cwd: source })

/** Categories that n8n knows. */
const categories = new Set([
  ...['Analytics', 'Communication', 'Data & Storage', 'Development', 'Finance & Accounting', 'HITL'],
  ...['Marketing & Content', 'Miscellaneous', 'Productivity', 'Sales', 'Utility'],
])

/** Lines of the programs that match, with what is wrong about them. */
function findInPrograms(pattern: RegExp, why: string): string[] {
  return programs().flatMap((file) =>
    [...read(file).matchAll(pattern)].map(([match]) => `${file}: ${why}: ${match.trim()}`),
  )
}

function findManifestProblems(): string[] {
  const { name, license, author, repository, keywords, files, scripts, n8n, ...rest } = manifest() as {
    name: string
    license: string
    author: { name?: string; email?: string }
    repository: { url?: string; directory?: string }
    keywords: string[]
    files: string[]
    scripts: Record<string, string>
    n8n: { n8nNodesApiVersion: number; nodes: string[]; credentials: string[] }
  } & Record<string, unknown>
  const rules: Record<string, boolean> = {
    'package-name-convention': /^(?:@[\w-]+\/)?n8n-nodes-[a-z-]+$/.test(name),
    'require-mit-license': license === 'MIT' && read('LICENSE.md').startsWith('MIT License'),
    'require-version': /^\d+\.\d+\.\d+$/.test(String(rest['version'])),
    'valid-description': String(rest['description'] ?? '').length > 10,
    'valid-author': Boolean(author.name) && Boolean(author.email),
    'require-homepage': String(rest['homepage']).startsWith('https://'),
    'no-monorepo': repository.url !== undefined && repository.directory === undefined,
    'require-community-node-keyword': keywords.includes('n8n-community-node-package'),
    'require-files-array': files.includes('dist'),
    'no-runtime-dependencies': [
      'dependencies',
      'bundledDependencies',
      'optionalDependencies',
      'overrides',
    ].every((key) => rest[key] === undefined),
    'valid-peer-dependencies': JSON.stringify(rest['peerDependencies']) === '{"n8n-workflow":"*"}',
    'no-forbidden-lifecycle-scripts': !Object.keys(scripts).some((key) =>
      /^(?:pre|post|prepare|install)/.test(key),
    ),
    'no-template-placeholders': !/<[a-z.-]+>|\{\{/i.test(read('package.json')),
    'n8n-object-validation':
      n8n.n8nNodesApiVersion === 1 &&
      [...n8n.nodes, ...n8n.credentials].every((path) => path.startsWith('dist/')),
    'node-registration-complete':
      n8n.nodes.length === globSync('nodes/**/*.node.ts', { cwd: source }).length &&
      n8n.credentials.length === globSync('credentials/*.ts', { cwd: source }).length,
  }
  return Object.keys(rules).filter((rule) => rules[rule] !== true)
}

function findProgramProblems(): string[] {
  const allowed = /from '(?!n8n-workflow'|node:crypto'|\.{1,2}\/)[^']*'|\brequire\(|\bimport\(/g
  const globals =
    /\b(?:process|globalThis|global|__dirname|__filename|setTimeout|setInterval|setImmediate|clearTimeout|clearInterval)\b/g
  return [
    ...findInPrograms(allowed, 'no-restricted-imports'),
    ...findInPrograms(globals, 'no-restricted-globals'),
    ...findInPrograms(/\beval\(|new Function\(|child_process|node:fs/g, 'no-dangerous-functions'),
    ...findInPrograms(/helpers\.(?:httpRequest|request)\b\(/g, 'no-http-request-with-manual-auth'),
    ...findInPrograms(/catch\s*(?:\(\w*\))?\s*\{\s*\}/g, 'no-silent-error-swallowing'),
    ...findInPrograms(/\bconsole\.|throw new Error\(/g, 'require-node-api-error'),
    ...findInPrograms(/mf_[A-Za-z0-9]{8}|whsec_[A-Za-z0-9]{8}/g, 'no-hardcoded-secrets'),
    ...findInPrograms(/[^\p{ASCII}’…]/gu, 'English'),
  ]
}

function iconsOf(file: string, icon: unknown): string[] {
  const { light, dark } = icon as { light: string; dark: string }
  const found = [light, dark].filter((path) => {
    const at = join(source, dirname(file), path.replace(/^file:/, ''))
    return !(path.startsWith('file:') && path.endsWith('.svg') && existsSync(at))
  })
  return [...found, ...(light === dark ? ['icon-validation: light is dark'] : [])].map(
    (path) => `${file}: ${path}`,
  )
}

/** Every property and every part of one. */
function everyProperty(properties: readonly Property[]): Property[] {
  return properties.flatMap((property) => [
    property,
    ...(property.type === 'collection' ? everyProperty(property.options as Property[]) : []),
  ])
}

function findPropertyProblems(name: string, properties: readonly Property[]): string[] {
  return everyProperty(properties).flatMap((property) => {
    const choices = (property.type === 'collection' ? [] : (property.options ?? [])) as Choice[]
    const labels = (property.options ?? []).map((each) =>
      'displayName' in each ? each.displayName : each.name,
    )
    const sorted = labels.toSorted((a, b) => a.localeCompare(b, undefined, { sensitivity: 'base' }))
    const values = choices.map(({ value }) => value)
    const needed = !/^(?:resource|operation|returnAll|limit|events)$/.test(property.name)
    const rules: Record<string, boolean> = {
      'require-param-default': property.default !== undefined,
      'options-sorted-alphabetically': labels.join('|') === sorted.join('|'),
      'no-duplicate-param-options':
        new Set(values).size === values.length && new Set(labels).size === labels.length,
      'no-emoji-in-options': labels.every((label) => !/\p{Extended_Pictographic}|\*/u.test(label)),
      'the default is one of the options':
        property.type !== 'options' || values.includes(property.default as string),
      'a switch begins with Whether':
        property.type !== 'boolean' ||
        property.description === undefined ||
        /^Whether/.test(property.description),
      'non-required-fields-in-collection':
        property.type === 'collection' ||
        property.displayOptions === undefined ||
        !needed ||
        property.required === true,
      'an operation has its action':
        property.name !== 'operation' || choices.every(({ action }) => Boolean(action)),
    }
    const where = `${name}.${Object.values(property.displayOptions?.show ?? {})
      .flat()
      .join('.')}.${property.name}`
    return Object.keys(rules)
      .filter((rule) => rules[rule] !== true)
      .map((rule) => `${where}: ${rule}`)
  })
}

function findNodeProblems(loaded: LoadedPackage): string[] {
  const nodes = {
    'nodes/MoltFlow/MoltFlow': loaded.node,
    'nodes/MoltFlowTrigger/MoltFlowTrigger': loaded.trigger,
  }
  return Object.entries(nodes).flatMap(([path, node]) => {
    const description = node.description as LoadedPackage['node']['description'] & {
      name: string
      displayName: string
      credentials: { name: string }[]
      inputs: string[]
    }
    const codex = JSON.parse(read(`${path}.node.json`)) as {
      node: string
      categories: string[]
      subcategories?: unknown
    }
    const isTrigger = path.endsWith('Trigger')
    const hooks = Object.keys(node['webhookMethods']?.default ?? {})
      .sort()
      .join()
    const rules: Record<string, boolean> = {
      'node-filename-against-convention': path.endsWith(
        `/${description.name.charAt(0).toUpperCase()}${description.name.slice(1)}`,
      ),
      'require-node-description-fields': Boolean(description['icon']) && Boolean(description['subtitle']),
      'node-usable-as-tool': isTrigger || description['usableAsTool'] === true,
      'single-credential-per-node': description.credentials.length === 1,
      'valid-credential-references': description.credentials[0]?.name === loaded.credentials.name,
      'trigger-node-conventions':
        !isTrigger || (description.displayName.includes('Trigger') && description.inputs.length === 0),
      'webhook-lifecycle-complete':
        !isTrigger ||
        (hooks === 'checkExists,create,delete' &&
          ['checkExists', 'create', 'delete'].every((name) =>
            read(`${path}.node.ts`).includes(`${name}(this: `),
          )),
      'prefer-declarative-style': node['execute'] === undefined,
      'valid-codex-categories':
        codex.categories.every((each) => categories.has(each)) &&
        codex.subcategories === undefined &&
        codex.node === `n8n-nodes-moltflow.${description.name}`,
    }
    const broken = Object.keys(rules).filter((rule) => rules[rule] !== true)
    return [
      ...broken.map((rule) => `${path}: ${rule}`),
      ...iconsOf(path, description['icon']),
      ...findPropertyProblems(description.name, description.properties),
    ]
  })
}

function findCredentialProblems({ credentials }: LoadedPackage): string[] {
  const secret = credentials.properties.find(({ name }: Property) => name === 'apiKey')
  const rules: Record<string, boolean> = {
    'cred-class-name-suffix': credentials.constructor.name.endsWith('Api'),
    'cred-class-name-field-conventions': /^[a-z]\w+Api$/.test(credentials.name),
    'credential-documentation-url': /^https:\/\//.test(credentials.documentationUrl),
    'credential-password-field': secret.typeOptions.password === true && secret.default === '',
    'credential-test-required': credentials.test.request.url === '/auth/me',
  }
  const broken = Object.keys(rules).filter((rule) => rules[rule] !== true)
  return [...broken, ...iconsOf('credentials/MoltFlowApi', credentials.icon)]
}

/** What n8n's linter for verified nodes would say; the names are those of its rules. */
export function findRuleProblems(loaded: LoadedPackage): string[] {
  return [
    ...findManifestProblems(),
    ...findProgramProblems(),
    ...findNodeProblems(loaded),
    ...findCredentialProblems(loaded),
  ]
}
