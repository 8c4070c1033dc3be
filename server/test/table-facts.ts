import ts from 'typescript'
import { readSql, type SqlFact } from './sql-facts.ts'

/** A use of a table in a file: of one named in SQL, or of one imported from where it is declared. */
export interface TableUse {
  use: SqlFact['use']
  /** Its name in the database; undefined for one that is imported. */
  name?: string
  /** Where it is declared, and under which name. */
  imported?: { path: string; exported: string }
  line: number
}

/** A table that a file declares. */
export interface TableFact {
  exported: string
  /** In the database. */
  name: string
  line: number
}

type LocalTables = ReadonlyMap<string, { path: string; exported: string }>

/** Tables that a file declares. */
export function readTables(source: ts.SourceFile): TableFact[] {
  return source.statements.flatMap((statement) => {
    if (!ts.isVariableStatement(statement)) return []
    return statement.declarationList.declarations.flatMap(({ name, initializer }) => {
      if (initializer === undefined || !ts.isCallExpression(initializer)) return []
      const [first] = initializer.arguments
      if (initializer.expression.getText(source) !== 'pgTable' || first === undefined) return []
      if (!ts.isStringLiteral(first)) return []
      const line = source.getLineAndCharacterOfPosition(statement.getStart(source)).line + 1
      return [{ exported: name.getText(source), name: first.text, line }]
    })
  })
}

/** What may be a table in this file, by its name here: what is imported as a value from where tables are declared. */
function localTables(source: ts.SourceFile, resolve: (specifier: ts.Expression) => string): LocalTables {
  const locals = new Map<string, { path: string; exported: string }>()
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || statement.importClause?.isTypeOnly === true) continue
    const path = resolve(statement.moduleSpecifier)
    const bindings = statement.importClause?.namedBindings
    if (!path.endsWith('.tables.ts') || bindings === undefined || !ts.isNamedImports(bindings)) continue
    for (const { name, propertyName, isTypeOnly } of bindings.elements) {
      if (!isTypeOnly) locals.set(name.text, { path, exported: (propertyName ?? name).text })
    }
  }
  return locals
}

/** The text of a template; expressions become `?`, or the name of a table, and keep their lines. */
function templateText(node: ts.TemplateExpression, source: ts.SourceFile, locals: LocalTables): string {
  return node.templateSpans.reduce((text, { expression, literal }) => {
    const written = expression.getText(source)
    const stands = locals.has(written) ? `«${written}»` : '?'
    return text + stands + '\n'.repeat(written.split('\n').length - 1) + literal.text
  }, node.head.text)
}

/** Every use of a table in a file, by drizzle or by SQL as text. */
export function readTableUses(
  source: ts.SourceFile,
  resolve: (specifier: ts.Expression) => string,
): TableUse[] {
  const locals = localTables(source, resolve)
  const uses: TableUse[] = []
  const lineOf = (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  const addSql = (node: ts.Node, text: string) => {
    for (const { use, name, lineOffset } of readSql(text)) {
      const imported = locals.get(name.replaceAll(/[«»]/g, ''))
      const line = lineOf(node) + lineOffset
      uses.push(name.startsWith('«') && imported ? { use, imported, line } : { use, name, line })
    }
  }
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateExpression(node)) addSql(node, templateText(node, source, locals))
    if (ts.isNoSubstitutionTemplateLiteral(node) || ts.isStringLiteral(node)) addSql(node, node.text)
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const [first] = node.arguments
      const imported = first === undefined ? undefined : locals.get(first.getText(source))
      const isWrite = ['insert', 'update', 'delete'].includes(node.expression.name.text)
      if (imported && isWrite) uses.push({ use: 'write', imported, line: lineOf(node.expression.name) })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  for (const imported of locals.values()) uses.push({ use: 'read', imported, line: 1 })
  return uses
}
