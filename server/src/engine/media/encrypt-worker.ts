import { serveFiles } from '../../platform/files/file-thread-port.ts'
import { encryptSealedFile } from './encrypt.ts'

serveFiles(encryptSealedFile)
