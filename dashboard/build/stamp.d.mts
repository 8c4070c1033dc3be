/** Written last, into what is built. */
export const stampFile: string
/** A hash over everything that the build reads. */
export function hashSources(): string
/** Whether nothing has to be built. */
export function isBuilt(): boolean
