import { createControlApi } from './control-api.ts'
import { Simulator, type SimulatorOptions } from './simulator.ts'

export type { AppStateView } from './app-state/view.ts'
// biome-ignore lint/performance/noBarrelFile: the entry of the package is the one place that gathers its exports.
export { SIMULATOR_ROOT, SIMULATOR_ROOT_PUBLIC_KEY } from './certificates.ts'
export { SimulatorError } from './errors.ts'
export type { AccountInfo } from './facade/accounts.ts'
export type { ChannelDescription, PostDescription } from './facade/channels.ts'
export type { FaultKind } from './faults.ts'
export type { GroupDescription } from './group-description.ts'
export type { AccountInput, PresenceInput, ReceiptsInput } from './inputs/accounts.ts'
export type { BusinessProfileInput } from './inputs/business.ts'
export type { CallActionInput, CallInput } from './inputs/calls.ts'
export type { ChannelInput, PostInput } from './inputs/channels.ts'
export type { MediaDraft } from './inputs/content.ts'
export type { FaultInput } from './inputs/faults.ts'
export type {
  CommunityInput,
  GroupChangesInput,
  GroupInput,
  GroupPrivacyInput,
  MembersInput,
} from './inputs/groups.ts'
export type { HistoryInput } from './inputs/history.ts'
export type { LimitsInput } from './inputs/limits.ts'
export type { GroupMessageInput, MessageInput } from './inputs/messages.ts'
export type { PictureInput } from './inputs/pictures.ts'
export type { ScriptRuleInput } from './inputs/scripts.ts'
export type { StatusInput } from './inputs/status.ts'
export { generateKeyPair, type KeyPair } from './keys.ts'
export type { LimitsView } from './limits.ts'
export type { CallState, MessageKind, ReceivedMessage, SeenEvent, ShownMedia, ShownPoll } from './records.ts'
export type { Simulator, SimulatorOptions } from './simulator.ts'
export type { WorldState } from './state.ts'

/** Starts a simulator on the loopback address and resolves once clients can connect. */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(options)
  await simulator.listen(createControlApi(simulator))
  return simulator
}
