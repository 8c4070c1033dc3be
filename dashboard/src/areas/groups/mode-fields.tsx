import { FieldGroup, Radio, TextArea } from '../../kit/field.tsx'
import { type MonitoredGroup, monitorModes } from './queries.ts'
import { useText } from './words.ts'

/** Which messages of a group count. */
export type Mode = MonitoredGroup['monitor_mode']

interface ModeFieldsProps {
  mode: Mode
  onMode(mode: Mode): void
  words: string
  onWords(text: string): void
  prompt: string
  onPrompt(text: string): void
  problem(field: string): string | undefined
}

/** Which messages make leads: the mode, and what it needs. */
export function ModeFields({ mode, onMode, words, onWords, prompt, onPrompt, problem }: ModeFieldsProps) {
  const t = useText()
  return (
    <>
      <FieldGroup legend={t('field.mode')}>
        {monitorModes.map((value) => (
          <Radio
            key={value}
            name="mode"
            label={t.of(`mode.${value}`)}
            hint={t.of(`mode.${value}_hint`)}
            checked={mode === value}
            onChange={() => onMode(value)}
          />
        ))}
      </FieldGroup>
      {problem('monitor_mode') === undefined ? null : <p className="bad">{problem('monitor_mode')}</p>}
      {mode === 'keywords' ? (
        <TextArea
          label={t('field.keywords')}
          hint={t('field.keywords_hint')}
          value={words}
          error={problem('monitor_keywords')}
          onChange={(event) => onWords(event.target.value)}
        />
      ) : null}
      {mode === 'ai_analysis' ? (
        <TextArea
          label={t('field.prompt')}
          hint={t('field.prompt_hint')}
          value={prompt}
          error={problem('monitor_prompt')}
          onChange={(event) => onPrompt(event.target.value)}
        />
      ) : null}
    </>
  )
}
