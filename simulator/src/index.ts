import { createControlApi } from './control/server.ts'
import { Simulator, type SimulatorOptions } from './simulator.ts'

export type { AppStateView } from './app-state/view.ts'
export type { BusinessProfileInput } from './business/inputs.ts'
export type { CallActionInput, CallInput } from './calls/inputs.ts'
export type { ChannelDescription, PostDescription } from './channels/facade.ts'
export type { ChannelInput, PostInput } from './channels/inputs.ts'
export type { MediaDraft } from './content/inputs.ts'
// biome-ignore lint/performance/noBarrelFile: the entry of the package is the one place that gathers its exports.
export { SIMULATOR_ROOT, SIMULATOR_ROOT_PUBLIC_KEY } from './encryption/certificates.ts'
export { generateKeyPair, type KeyPair } from './encryption/keys.ts'
export { SimulatorError } from './errors.ts'
export type { FaultInput } from './faults/inputs.ts'
export type { FaultKind } from './faults/model.ts'
export type { GroupDescription } from './groups/description.ts'
export type {
  CommunityInput,
  GroupChangesInput,
  GroupInput,
  GroupPrivacyInput,
  MembersInput,
} from './groups/inputs.ts'
export type { HistoryInput } from './history/inputs.ts'
export type { LimitsInput } from './limits/inputs.ts'
export type { LimitsView } from './limits/model.ts'
export type { GroupMessageInput, MessageInput } from './messages/inputs.ts'
export type { AccountInfo } from './people/facade.ts'
export type { AccountInput, PresenceInput, ReceiptsInput } from './people/inputs.ts'
export type { PictureInput } from './pictures/inputs.ts'
export type { CallState, MessageKind, ReceivedMessage, SeenEvent, ShownMedia, ShownPoll } from './records.ts'
export type { ScriptRuleInput } from './scripts/inputs.ts'
export type { Simulator, SimulatorOptions } from './simulator.ts'
export type { StatusInput } from './status/inputs.ts'
export type { WorldState } from './world-state.ts'

/** Starts a simulator on the loopback address and resolves once clients can connect. */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(options)
  await simulator.listen(createControlApi(simulator))
  return simulator
}
