// Builds what n8n loads: `npm run build` in integrations/n8n writes its dist.
import { copyFileSync, cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import { describeActions, describeEvents } from './n8n-operations.ts'
import { readDocument } from './open-api.ts'

const source = resolve(import.meta.dirname, '../n8n')

/** Compiles the nodes and their credentials; throws what the compiler finds. */
function compile(outDir: string): void {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(source, 'tsconfig.json'),
    { outDir },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => fail([problem]) },
  )
  if (config === undefined) throw new Error('the configuration of the compiler is gone')
  const program = ts.createProgram(config.fileNames, config.options)
  const { diagnostics } = program.emit()
  const problems = [...config.errors, ...ts.getPreEmitDiagnostics(program), ...diagnostics]
  if (problems.length > 0) fail(problems)
}

function fail(problems: readonly ts.Diagnostic[]): never {
  throw new Error(
    ts.formatDiagnostics(problems, {
      getCurrentDirectory: () => source,
      getCanonicalFileName: (name) => name,
      getNewLine: () => '\n',
    }),
  )
}

/** A module of the kind that n8n loads, with one value. */
function writeModule(file: string, name: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `'use strict'\nexports.${name} = ${JSON.stringify(value)}\n`)
}

/** Builds the whole package into a directory: as it is published, `dist` and all. */
export function buildPackage(directory: string): void {
  const dist = join(directory, 'dist')
  compile(dist)
  const document = readDocument()
  writeModule(join(dist, 'nodes/MoltFlow/properties.js'), 'properties', describeActions(document))
  writeModule(join(dist, 'nodes/MoltFlowTrigger/events.js'), 'events', describeEvents(document))
  for (const file of globSync('nodes/**/*.{svg,json}', { cwd: source }))
    cpSync(join(source, file), join(dist, file))
  if (directory === source) return
  for (const file of ['package.json', 'README.md', 'LICENSE.md'])
    copyFileSync(join(source, file), join(directory, file))
}

if (import.meta.main) buildPackage(source)
