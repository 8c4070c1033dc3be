import { serveFiles } from '../platform/file-thread-port.ts'
import { encryptSealedFile } from './media-encrypt.ts'

serveFiles(encryptSealedFile)
