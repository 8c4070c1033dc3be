import { serveFiles } from './file-thread-port.ts'
import { sealFile } from './sealed-file.ts'

serveFiles(sealFile)
