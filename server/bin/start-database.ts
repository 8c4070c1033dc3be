import { startForProgram } from '../src/platform/database/embedded/prestart.ts'

// Preloaded with `node --import` by `moltflow` beside this file, before the program is loaded.
startForProgram(process.env)
