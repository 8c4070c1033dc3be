import type { GraphOperations } from '../graph.ts'
import { cappingForClient, lockForClient } from './model.ts'

/** GraphQL operations by which a client asks what it may do. */
export const limitOperations: GraphOperations = {
  '23983697327930364': {
    path: 'xwa2_fetch_account_reachout_timelock',
    run: ({ query }) => lockForClient(query.world, query.account),
  },
  '24503548349331633': {
    path: 'xwa2_message_capping_info',
    run: ({ query }) => cappingForClient(query.account),
  },
}
