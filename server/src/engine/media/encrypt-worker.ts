import { serveFiles } from '../../platform/file-thread-port.ts'
import { encryptSealedFile } from './encrypt.ts'

serveFiles(encryptSealedFile)
