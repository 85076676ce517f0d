/** Which faults are drilled, and for how long. */
import { Checkbox, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { FOR, keyOf, kinds, LENGTHS, MOST, type Fault, type Kind } from './faults'

type Props = {
  faults: readonly Fault[]
  left: ReadonlySet<string>
  leave: (left: ReadonlySet<string>) => void
  lengths: Record<Kind, string>
  setLengths: (lengths: Record<Kind, string>) => void
}

export function FaultPicks({ faults, left, leave, lengths, setLengths }: Props) {
  const { t } = useTranslation()
  const turn = (fault: Fault, on: boolean) => {
    const next = new Set(left)
    if (on) next.delete(keyOf(fault))
    else next.add(keyOf(fault))
    leave(next)
  }
  return (
    <section className="panel panel-body drill-faults">
      {kinds.map((kind) => {
        const some = faults.filter((fault) => fault.kind === kind)
        if (some.length === 0) return null
        return (
          <fieldset key={kind}>
            <legend>{t(`drill.kind.${kind}`)}</legend>
            {FOR[kind] !== null && (
              <Select size="small" aria-label={t(`drill.length.${kind}`)} prefix={t('drill.for')} value={lengths[kind]} onChange={(next) => setLengths({ ...lengths, [kind]: next })} options={LENGTHS.map((one) => ({ value: one, label: t(`drill.span.${one}`) }))} />
            )}
            {some.map((fault) => (
              <Checkbox key={keyOf(fault)} checked={!left.has(keyOf(fault))} onChange={(event) => turn(fault, event.target.checked)}>
                {fault.label}
              </Checkbox>
            ))}
          </fieldset>
        )
      })}
      {faults.length > MOST && <p className="soft small">{t('drill.most', { count: MOST })}</p>}
    </section>
  )
} // prettier-ignore
