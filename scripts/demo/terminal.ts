/** Whether colours are wanted: a terminal, and nobody said no. */
const hasColours = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'

const paint = (code: number) => (text: string) => (hasColours ? `\u001b[${code}m${text}\u001b[0m` : text)

export const bold = paint(1)
export const dim = paint(2)
export const green = paint(32)
export const red = paint(31)

/** One line; a reader that went away (a closed pipe) is no reason to fail. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** A line of the running log, with the time in front. */
export function printEvent(mark: string, what: string, details: string): void {
  const time = new Date().toTimeString().slice(0, 8)
  print(`${dim(time)}  ${mark} ${what.padEnd(20)} ${details}`)
}
