import type { AgentSkill } from '@a2a-js/sdk'
import type { Caller, Context } from '../../../context.ts'
import type { DoorServices, OfferedResult } from '../../../door.ts'
import { holdsScope } from '../../../scopes.ts'
import { callMethod, listMethods } from '../rpc/rpc.service.ts'

/** What a message may ask for: a tool, or a method of the contract. */
export interface Skill {
  id: string
  name: string
  description: string
  tag: string
  mayCall(caller: Caller): boolean
  run(ctx: Context, given: Readonly<Record<string, unknown>>): Promise<OfferedResult>
}

/** Everything that a message may ask for. */
export function listSkills(services: DoorServices): Skill[] {
  const methods = listMethods().map(
    ({ id, description, scopes }): Skill => ({
      id,
      name: id,
      description,
      tag: 'agents',
      mayCall: (caller) => 'scopes' in caller && scopes.every((scope) => holdsScope(caller.scopes, scope)),
      run: async (ctx, given) => {
        const call = (operation: string, input: Parameters<DoorServices['call']>[2]) =>
          services.call(ctx, operation, input)
        const answer = await callMethod(ctx, call, id, given)
        if ('problem' in answer)
          return { isRefused: true, texts: [services.fence(answer.problem)], pictures: [] }
        return { isRefused: false, texts: [services.fence(answer.result ?? null)], pictures: [] }
      },
    }),
  )
  const tools = services.tools.map(
    (tool): Skill => ({
      id: tool.name,
      name: tool.title,
      description: tool.description,
      tag: tool.group,
      mayCall: tool.mayCall,
      run: tool.call,
    }),
  )
  return [...methods, ...tools]
}

/** A skill as the card shows it. */
export function describeSkill({ id, name, description, tag }: Skill): AgentSkill {
  return {
    id,
    name,
    description,
    tags: ['whatsapp', tag],
    examples: [],
    inputModes: ['application/json'],
    outputModes: ['text/plain'],
    securityRequirements: [],
  }
}
