/** What can become of a held message. */
export const approvalStatuses = ['pending', 'approved', 'rejected', 'expired'] as const
/** What has become of one. */
export type ApprovalStatus = (typeof approvalStatuses)[number]
