// Takes webhooks over from another program. Usage:
// npm run import-webhooks -- --from waha|evolution --url http://127.0.0.1:3001 [--key …] [--apply]
// The key may also stand in IMPORT_KEY; MOLTFLOW_API_URL and MOLTFLOW_API_KEY say where the webhooks go.
import { runCommand } from './command.ts'

process.exitCode = await runCommand(process.argv.slice(2), process.env, (line) => console.log(line))
