import type {
  McpCall,
  McpContent,
  McpPrompt,
  McpResource,
  McpSurface,
  McpTool,
  McpToolResult,
} from '../src/transports/mcp/surface.ts'

/** One transparent pixel. */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
/** The head of a sound without samples. */
const silence = Buffer.from('RIFF$\0\0\0WAVEfmt ').toString('base64')

const text = (value: string): McpContent => ({ type: 'text', text: value })
const image: McpContent = { type: 'image', data: pixel, mimeType: 'image/png' }
const resource = (uri: string, value: string, mimeType = 'text/plain'): McpContent => ({
  type: 'resource',
  resource: { uri, mimeType, text: value },
})

function tool(name: string, run: (call: McpCall) => McpToolResult | Promise<McpToolResult>): McpTool {
  return {
    group: 'usage',
    listing: {
      name,
      title: name,
      description: `The tool ${name} of the public suite`,
      inputSchema: { type: 'object', properties: {} },
      annotations: { readOnlyHint: true },
    },
    mayCall: () => true,
    call: async (call) => run(call),
  }
}

const tools: readonly McpTool[] = [
  tool('test_simple_text', () => ({ content: [text('This is a simple text response for testing.')] })),
  tool('test_logging_tool', () => ({ content: [text('Logged to nobody')] })),
  tool('test_image_content', () => ({ content: [image] })),
  tool('test_audio_content', () => ({ content: [{ type: 'audio', data: silence, mimeType: 'audio/wav' }] })),
  tool('test_embedded_resource', () => ({
    content: [resource('test://embedded-resource', 'This is an embedded resource content.')],
  })),
  tool('test_multiple_content_types', () => ({
    content: [
      text('Multiple content types test:'),
      image,
      resource('test://mixed-content-resource', '{"test":"data","value":123}', 'application/json'),
    ],
  })),
  tool('test_error_handling', () => ({
    isError: true,
    content: [text('This tool intentionally returns an error for testing')],
  })),
  tool('test_tool_with_progress', async ({ tell }) => {
    for (const progress of [0, 50, 100]) await tell(progress, 100)
    return { content: [text('Done')] }
  }),
]

function thing(uri: string, content: (id: string) => Record<string, unknown>): McpResource {
  const [before = '', after = ''] = uri.split('{id}')
  const isTemplate = uri.includes('{id}')
  const about = { name: uri, title: uri, description: `The resource ${uri}`, mimeType: 'text/plain' }
  return {
    listing: isTemplate ? { ...about, uriTemplate: uri } : { ...about, uri },
    match(asked) {
      if (!isTemplate) return asked === uri ? {} : undefined
      if (!asked.startsWith(before) || !asked.endsWith(after)) return undefined
      return { id: asked.slice(before.length, asked.length - after.length) }
    },
    read: async (_call, { id = '' }) => content(id),
  }
}

const resources: readonly McpResource[] = [
  thing('test://static-text', () => ({
    mimeType: 'text/plain',
    text: 'This is the content of the static text resource.',
  })),
  thing('test://static-binary', () => ({ mimeType: 'image/png', blob: pixel })),
  thing('test://template/{id}/data', (id) => ({
    mimeType: 'application/json',
    text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  })),
]

function prompt(
  name: string,
  names: readonly string[],
  write: (values: Readonly<Record<string, string>>) => McpContent[],
): McpPrompt {
  return {
    listing: {
      name,
      title: name,
      description: `The prompt ${name} of the public suite`,
      arguments: names.map((one) => ({ name: one, description: one, required: true })),
    },
    get: (values) => write(values).map((content) => ({ role: 'user', content })),
  }
}

const prompts: readonly McpPrompt[] = [
  prompt('test_simple_prompt', [], () => [text('This is a simple prompt for testing.')]),
  prompt('test_prompt_with_arguments', ['arg1', 'arg2'], ({ arg1, arg2 }) => [
    text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
  ]),
  prompt('test_prompt_with_embedded_resource', ['resourceUri'], ({ resourceUri = '' }) => [
    resource(resourceUri, 'Embedded resource content for testing.'),
    text('Please process the embedded resource above.'),
  ]),
  prompt('test_prompt_with_image', [], () => [image, text('Please analyze the image above.')]),
]

/** What the public conformance suite expects of a server that it tests, served by our transport. */
export const conformanceSurface: McpSurface = { instructions: 'Fixtures', tools, resources, prompts }
