import { Fragment, memo, type ReactNode } from 'react'
import { readText, type TextBlock, type TextNode } from './whatsapp-text.ts'

function draw(nodes: readonly TextNode[]): ReactNode {
  return nodes.map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have no other name
    <Fragment key={index}>{drawNode(node)}</Fragment>
  ))
}

function drawNode(node: TextNode): ReactNode {
  switch (node.kind) {
    case 'bold':
      return <b>{draw(node.children)}</b>
    case 'italic':
      return <em>{draw(node.children)}</em>
    case 'strike':
      return <s>{draw(node.children)}</s>
    case 'code':
      return <code>{node.text}</code>
    case 'link':
      return (
        <a className="link" href={node.href} target="_blank" rel="noreferrer noopener">
          {node.text}
        </a>
      )
    default:
      return node.text
  }
}

function drawBlock(block: TextBlock, isLast: boolean): ReactNode {
  if (block.kind === 'code') return <code className="mblock">{block.text}</code>
  const content = draw(block.children)
  if (block.kind === 'quote') return <span className="mquote">{content}</span>
  if (block.kind === 'item') {
    return (
      <span className="mitem">
        <span className="mute">{block.mark}</span> <span>{content}</span>
      </span>
    )
  }
  return (
    <>
      {content}
      {isLast ? null : '\n'}
    </>
  )
}

/** A text of a person with WhatsApp's marks and links, in its own direction. */
export const FormattedText = memo(({ text }: { text: string }) => {
  const blocks = readText(text)
  return (
    <div className="mtext" dir="auto">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other name
        <Fragment key={index}>{drawBlock(block, index === blocks.length - 1)}</Fragment>
      ))}
    </div>
  )
})
