import { ModelError } from './errors.ts'

/** How a model can be, and what can go wrong with it: names after a `+` in the model's name, or set by the control API. */
export const traits = {
  'no-json-object': 'refuses response_format json_object with 400, as LM Studio does',
  'no-json-schema': 'refuses response_format json_schema with 400, as older models do',
  old: 'knows no structured answers: ignores what is asked for and puts JSON between fences; counts no tokens',
  slow: 'thinks for a while before it answers',
  'no-verbose-json': 'refuses verbose_json of transcriptions, as newer models do',
  'no-ogg': 'refuses sound of Ogg',
  'small-files': 'refuses sound of more than 64 KB with 413',
  fences: 'puts JSON between fences, with a sentence before it',
  thinking: 'says what it thinks before it answers',
  truncated: 'stops in the middle',
  'wrong-ids': 'answers for an id that nobody asked for',
  'missing-ids': 'leaves out the last item of each list',
  'bad-scores': 'gives figures that the schema does not allow',
  'no-object': 'answers with words where an object was asked for',
  empty: 'answers with nothing',
  obeys: 'does what texts in fences tell it',
  invents: 'adds a price, a link and a telephone number that stand nowhere',
  leaks: "tells a card number and somebody's password",
  'rate-limited': '429 with Retry-After',
  overloaded: '503',
  broken: '502 with a page instead of an answer',
  'echoes-key': '401 with the whole key in the text of the error',
  'cut-off': 'the connection ends in the middle of the answer',
  hang: 'never answers',
} as const

/** The name of a trait. */
export type Trait = keyof typeof traits

/** Whether a word is the name of a trait. */
export const isTrait = (name: string): name is Trait => Object.hasOwn(traits, name)

/** The traits in the name of a model: `any-name+fences+slow`. */
export function traitsOf(model: string): Set<Trait> {
  const [, ...named] = model.split('+')
  return new Set(
    named.map((name) => {
      if (isTrait(name)) return name
      const known = Object.keys(traits).join(', ')
      throw new ModelError(404, `The model '${model}' does not exist: there is no ${name}, but ${known}.`, {
        code: 'model_not_found',
      })
    }),
  )
}
