import type { Context } from '../context.ts'
import { SimulatorError } from '../errors.ts'
import { groupNamed } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import { parse } from '../parsing.ts'
import { type PictureInput, pictureSchema } from './inputs.ts'
import { changePicture } from './model.ts'

/** Pictures of people and groups. */
export class PicturesFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** The person takes another picture, or gives one to a group. */
  set(phone: string, input: PictureInput): { id?: string } {
    const { world } = this.#context
    const author = this.#context.account(phone)
    const { group, base64, bytes, remove } = parse(pictureSchema, input)
    const subject = group === undefined ? author : groupNamed(this.#context.world, group, 'group')
    if (subject instanceof Group && !subject.members.has(author)) {
      throw new SimulatorError(422, `${author.phone} is not a member of ${subject.id}`, 'phone')
    }
    const picture = remove ? undefined : Buffer.from(bytes ?? Buffer.from(base64 ?? '', 'base64'))
    const changed = changePicture(world, subject, author, picture)
    return changed ? { id: changed.id } : {}
  }
}
