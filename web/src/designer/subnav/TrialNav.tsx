/** The three ways to try a design: by hand, against finished cases, against faults. */
import { useTranslation } from 'react-i18next'
import { useDesign } from '../store/design'
import { SubNav } from './SubNav'

export function TrialNav() {
  const { t } = useTranslation()
  const id = useDesign((state) => state.design!.id)
  const pages = (['simulate', 'replay', 'drill'] as const).map((one) => ({ to: `/designer/${id}/${one}`, label: t(`subnav.${one}`) }))
  return <SubNav label={t('subnav.trials')} pages={pages} />
}
