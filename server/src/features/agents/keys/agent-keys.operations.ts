import { defineOperation, type Operation } from '../../../operation.ts'
import { tooManyAttempts, wrongPassword } from '../../account/users/users.schema.ts'
import {
  exportBody,
  importBody,
  initializeBody,
  initializedAnswer,
  keyPairAnswer,
  keyPairMismatch,
  keyTransferOff,
  publicKeyAnswer,
  rotatedAnswer,
} from './agent-keys.schema.ts'
import {
  exportKeyPair,
  getPublicKey,
  importKeyPair,
  initializeAgent,
  rotateKeys,
} from './agent-keys.service.ts'

const gate = { feature: 'a2a' }

const publicKey = defineOperation({
  id: 'agent.public_key',
  method: 'GET',
  path: '/agent/public-key',
  summary: 'The public key of your tenant; made at first use',
  access: ['a2a:read'],
  gate,
  success: { status: 200, schema: publicKeyAnswer },
  run: (ctx) => getPublicKey(ctx),
})

const rotate = defineOperation({
  id: 'agent.rotate_keys',
  method: 'POST',
  path: '/agent/rotate-keys',
  summary: 'Take a new key pair; the one before opens messages for 24 hours',
  access: ['a2a:manage'],
  gate,
  success: { status: 200, schema: rotatedAnswer },
  run: (ctx) => rotateKeys(ctx),
})

const initialize = defineOperation({
  id: 'agent.initialize',
  method: 'POST',
  path: '/agent/initialize',
  summary: 'Make the key pair, and say how others see and find your agent',
  access: ['a2a:manage'],
  gate,
  body: initializeBody,
  success: { status: 200, schema: initializedAnswer },
  run: (ctx, { agent_name, discoverable }) => initializeAgent(ctx, { agent_name, discoverable }),
})

const exportPair = defineOperation({
  id: 'agent.export_keypair',
  method: 'POST',
  path: '/agent/export-keypair',
  summary: 'Take the private key out; off unless MOLTFLOW_AGENT_KEY_TRANSFER is on',
  access: ['a2a:manage'],
  roles: ['owner'],
  keys: 'refused',
  gate,
  body: exportBody,
  success: { status: 200, schema: keyPairAnswer },
  errors: [keyTransferOff, wrongPassword, tooManyAttempts],
  run: (ctx, { password }) => exportKeyPair(ctx, password),
})

const importPair = defineOperation({
  id: 'agent.import_keypair',
  method: 'POST',
  path: '/agent/import-keypair',
  summary: 'Bring a key pair along; off unless MOLTFLOW_AGENT_KEY_TRANSFER is on',
  access: ['a2a:manage'],
  roles: ['owner'],
  keys: 'refused',
  gate,
  body: importBody,
  success: { status: 200, schema: publicKeyAnswer },
  errors: [keyTransferOff, keyPairMismatch, wrongPassword, tooManyAttempts],
  run: (ctx, { public_key, private_key, password }) =>
    importKeyPair(ctx, { public_key, private_key, password }),
})

/** Keys of agents. */
export const agentKeysOperations: readonly Operation[] = [
  publicKey,
  rotate,
  initialize,
  exportPair,
  importPair,
]
