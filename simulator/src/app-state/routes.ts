import { type Route, routesOf } from '../route.ts'
import { appStateAnswer } from './answers.ts'
import { type AppStateFacade, appStateChanges } from './facade.ts'
import { type AppStateChange, appStateSchemas } from './inputs.ts'

const route = routesOf<AppStateFacade>()

const tag = 'App state'

const summaries: Record<AppStateChange, string> = {
  archive: 'The owner archives a chat, or takes it out of the archive',
  pin: 'The owner pins a chat, or unpins it',
  mute: 'The owner mutes a chat, for ever or until a time, or ends it',
  markRead: 'The owner marks a chat as read or unread',
  lockChat: 'The owner locks a chat, or unlocks it',
  deleteChat: 'The owner deletes a chat',
  clearChat: 'The owner deletes the messages of a chat',
  star: 'The owner stars a message, or takes the star away',
  deleteMessage: 'The owner deletes a message for themselves',
  contact: 'The owner saves somebody in the address book; name null takes the entry out',
  label: 'The owner creates, changes or deletes a label',
  labelChat: 'The owner puts a label on a chat, or takes it off',
  labelMessage: 'The owner puts a label on a message, or takes it off',
  quickReply: 'The owner saves a quick reply, or deletes it',
  rename: 'The owner takes another name',
}

type Method = (phone: string, input: unknown) => Promise<void>

function change(appState: AppStateFacade, name: AppStateChange, phone: string, body: unknown): Promise<void> {
  return (appState[name] as Method).call(appState, phone, body)
}

/** Operations on what the devices of an account share. */
export const appStateRoutes: Route<AppStateFacade>[] = [
  route({
    method: 'GET',
    path: '/accounts/{phone}/app-state',
    operation: 'appStateOf',
    tag,
    summary: "The phone's view of chats, stars, contacts, labels and settings",
    answer: appStateAnswer,
    run: (appState, { params }) => appState.view(params.phone ?? ''),
  }),
  ...appStateChanges.map((name) =>
    route({
      method: 'POST',
      path: `/accounts/{phone}/app-state/${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      operation: name,
      tag,
      summary: summaries[name],
      body: appStateSchemas[name],
      run: (appState, { params, body }) => change(appState, name, params.phone ?? '', body),
    }),
  ),
]
