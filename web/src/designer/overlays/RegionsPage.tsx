/** Regional versions: of a base, who has what otherwise; of a regional version, what it changes and what comes of it. */
import { useDesign } from '../store/design'
import { BasePage } from './BasePage'
import { OverlayPage } from './OverlayPage'
import './overlays.css'

export default function RegionsPage() {
  const base = useDesign((state) => state.design!.base)
  return <div className="step-page trial-page">{base === null ? <BasePage /> : <OverlayPage />}</div>
}
