import type { Feature } from '../../../feature.ts'
import { voteOperations } from './votes.operations.ts'

/** Who chose what in polls. */
export const votesFeature: Feature = { name: 'votes', operations: voteOperations }
