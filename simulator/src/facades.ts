import { AppStateFacade } from './app-state/facade.ts'
import { BurstsFacade } from './bursts/facade.ts'
import { BusinessFacade } from './business/facade.ts'
import { CallsFacade } from './calls/facade.ts'
import { ChannelsFacade } from './channels/facade.ts'
import type { Context } from './context.ts'
import { FaultsFacade } from './faults/facade.ts'
import { CommunitiesFacade } from './groups/communities-facade.ts'
import { GroupsFacade } from './groups/facade.ts'
import { HistoryFacade } from './history/facade.ts'
import { LimitsFacade } from './limits/facade.ts'
import { MessagesFacade } from './messages/facade.ts'
import { AccountsFacade } from './people/facade.ts'
import { PicturesFacade } from './pictures/facade.ts'
import { ScriptsFacade } from './scripts/facade.ts'
import { StatusFacade } from './status/facade.ts'

/** What callers can do, topic by topic. */
export class Facades {
  readonly accounts: AccountsFacade
  readonly messages: MessagesFacade
  readonly bursts: BurstsFacade
  readonly calls: CallsFacade
  readonly status: StatusFacade
  readonly pictures: PicturesFacade
  readonly groups: GroupsFacade
  readonly communities: CommunitiesFacade
  readonly channels: ChannelsFacade
  readonly business: BusinessFacade
  readonly appState: AppStateFacade
  readonly history: HistoryFacade
  readonly limits: LimitsFacade
  readonly scripts: ScriptsFacade
  readonly faults: FaultsFacade

  constructor(context: Context) {
    this.accounts = new AccountsFacade(context)
    this.messages = new MessagesFacade(context)
    this.bursts = new BurstsFacade(context, this.messages)
    this.calls = new CallsFacade(context)
    this.status = new StatusFacade(context)
    this.pictures = new PicturesFacade(context)
    this.groups = new GroupsFacade(context)
    this.communities = new CommunitiesFacade(context)
    this.channels = new ChannelsFacade(context)
    this.business = new BusinessFacade(context)
    this.appState = new AppStateFacade(context)
    this.history = new HistoryFacade(context)
    this.limits = new LimitsFacade(context)
    this.scripts = new ScriptsFacade(context, this.messages)
    this.faults = new FaultsFacade(context)
  }
}
