import type { Feature } from '../../../feature.ts'
import { rpcOperations } from './rpc.operations.ts'

/** Methods that agents call by JSON-RPC, as the contract has them. */
export const rpcFeature: Feature = { name: 'agent-rpc', operations: rpcOperations }
