/** The chat in which everybody's status posts are. */
export const statusChat = 'status@broadcast'
