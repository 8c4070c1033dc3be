// Preloaded by the test runner. Baileys leaves a timer of 30 s behind every upload of prekeys, which would keep each
// file that links an account running for that long after its last test.
const setTimeoutOfNode = globalThis.setTimeout
globalThis.setTimeout = Object.assign((...args: Parameters<typeof setTimeoutOfNode>) => {
  const timer = setTimeoutOfNode(...args)
  return (args[1] ?? 0) >= 20_000 ? timer.unref() : timer
}, setTimeoutOfNode) as typeof setTimeout
