import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import ts from 'typescript'
import { readTables, readTableUses, type TableFact, type TableUse } from './table-facts.ts'

/** One import or re-export. */
export interface ImportFact {
  /** Path from the root for our own files, else the package's name. */
  target: string
  isTypeOnly: boolean
  line: number
}

/** Something in a file that has a name and a place. */
export interface NamedFact {
  name: string
  line: number
}

/** What the rules look at in one file. */
export interface FileFacts {
  path: string
  lines: number
  imports: ImportFact[]
  functions: (NamedFact & { lines: number })[]
  /** Uses of time, chance and environment. */
  globals: NamedFact[]
  undocumentedExports: NamedFact[]
  hasDefaultExport: boolean
  reExports: (NamedFact & { isStar: boolean })[]
  /** Exported declarations of its own. */
  ownExports: number
  dynamicImports: NamedFact[]
  /** What the module itself may change while it runs: variables, and collections that begin empty. */
  moduleState: NamedFact[]
  /** Interfaces with the names of their members. */
  interfaces: (NamedFact & { members: string[] })[]
  firstLine: string
  /** Tables of the database that it declares. */
  tables: TableFact[]
  tableUses: TableUse[]
}

const root = join(import.meta.dirname, '../..')

/** Every TypeScript file of server and simulators: path from the repository's root, and text. */
export function readSourceTree(): Map<string, string> {
  const files = globSync(['server/{src,test}/**/*.ts', '{simulator,model-simulator}/{src,test}/**/*.ts'], {
    cwd: root,
  })
  return new Map(files.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

/** Parses a file; types are not resolved, so this is quick. */
export function readFacts(path: string, text: string): FileFacts {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const facts: FileFacts = {
    path,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: [],
    functions: [],
    globals: [],
    undocumentedExports: [],
    hasDefaultExport: false,
    reExports: [],
    ownExports: 0,
    dynamicImports: [],
    moduleState: [],
    interfaces: [],
    firstLine: text.split('\n', 1)[0] ?? '',
    tables: readTables(source),
    tableUses: readTableUses(source, (specifier) => resolveTarget(path, specifier)),
  }
  const lineOf = (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  for (const statement of source.statements) readStatement(statement, facts, lineOf)
  const visit = (node: ts.Node): void => {
    readNode(node, facts, lineOf, source)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return facts
}

type LineOf = (node: ts.Node) => number

function readStatement(statement: ts.Statement, facts: FileFacts, lineOf: LineOf): void {
  const line = lineOf(statement)
  if (ts.isImportDeclaration(statement)) {
    const isTypeOnly = statement.importClause?.isTypeOnly === true || hasOnlyTypes(statement)
    facts.imports.push({ target: resolveTarget(facts.path, statement.moduleSpecifier), isTypeOnly, line })
  }
  if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined) {
    const target = resolveTarget(facts.path, statement.moduleSpecifier)
    facts.imports.push({ target, isTypeOnly: statement.isTypeOnly, line })
    facts.reExports.push({ name: target, line, isStar: statement.exportClause === undefined })
  }
  if (ts.isVariableStatement(statement)) readModuleState(statement, facts, line)
  if (ts.isInterfaceDeclaration(statement)) {
    const members = statement.members.map((member) => member.name?.getText() ?? '')
    facts.interfaces.push({ name: statement.name.text, line, members })
  }
  if (ts.isExportAssignment(statement)) facts.hasDefaultExport = true
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) facts.hasDefaultExport = true
  const isExported = modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  if (isExported) facts.ownExports += 1
  if (isExported && !isDocumented(statement)) {
    for (const name of namesOf(statement)) facts.undocumentedExports.push({ name, line })
  }
}

function readModuleState(statement: ts.VariableStatement, facts: FileFacts, line: number): void {
  const { flags, declarations } = statement.declarationList
  const isVariable = (flags & ts.NodeFlags.BlockScoped) !== ts.NodeFlags.Const
  for (const { name, type, initializer } of declarations) {
    const isConstant = !isVariable && (isReadonly(type) || !isEmptyCollection(initializer))
    if (!isConstant) facts.moduleState.push({ name: name.getText(), line })
  }
}

const collections = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'LRUCache'])

const isReadonly = (type: ts.TypeNode | undefined) => /^(readonly |Readonly)/.test(type?.getText() ?? '')

/** Filled while the process runs; one that is made with its entries is a constant. */
function isEmptyCollection(initializer: ts.Expression | undefined): boolean {
  if (initializer === undefined) return false
  if (ts.isArrayLiteralExpression(initializer)) return initializer.elements.length === 0
  if (!ts.isNewExpression(initializer) || !collections.has(initializer.expression.getText())) return false
  return initializer.expression.getText() === 'LRUCache' || (initializer.arguments ?? []).length === 0
}

function hasOnlyTypes({ importClause }: ts.ImportDeclaration): boolean {
  const bindings = importClause?.namedBindings
  if (importClause?.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) return false
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly)
}

/** An error's or event's text is its documentation: it goes into docs/errors.md. */
function isDocumented(statement: ts.Statement): boolean {
  if (ts.getJSDocCommentsAndTags(statement).length > 0) return true
  if (!ts.isVariableStatement(statement)) return false
  return statement.declarationList.declarations.every(({ initializer }) => {
    if (initializer === undefined || !ts.isCallExpression(initializer)) return false
    return initializer.expression.getText() === 'defineError'
  })
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  const { name } = statement as ts.Statement & { name?: ts.Identifier }
  return name === undefined ? [] : [name.text]
}

function resolveTarget(from: string, specifier: ts.Expression): string {
  const text = ts.isStringLiteral(specifier) ? specifier.text : ''
  if (text.startsWith('.')) return posix.normalize(posix.join(dirname(from), text))
  const parts = text.split('/')
  return text.startsWith('@')
    ? parts.slice(0, 2).join('/')
    : text.startsWith('node:')
      ? text
      : (parts[0] ?? text)
}

function readNode(node: ts.Node, facts: FileFacts, lineOf: LineOf, source: ts.SourceFile): void {
  const line = () => lineOf(node)
  if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
    const end = source.getLineAndCharacterOfPosition(node.getEnd()).line + 1
    const parent = node.parent as { name?: ts.Node }
    const name = (node.name ?? parent.name)?.getText(source) ?? 'a function without a name'
    facts.functions.push({ name, line: line(), lines: end - line() + 1 })
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    facts.dynamicImports.push({ name: node.getText(source), line: line() })
  }
  const name = globalIn(node, source)
  if (name !== undefined) facts.globals.push({ name, line: line() })
}

function globalIn(node: ts.Node, source: ts.SourceFile): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText(source)
    return ['Date.now', 'Math.random', 'process.env', 'crypto.randomUUID'].find((name) => text === name)
  }
  if (
    ts.isNewExpression(node) &&
    node.expression.getText(source) === 'Date' &&
    (node.arguments?.length ?? 0) === 0
  ) {
    return 'new Date()'
  }
  if (ts.isCallExpression(node) && node.expression.getText(source) === 'randomUUID') return 'randomUUID'
  return undefined
}
