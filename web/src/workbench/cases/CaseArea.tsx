/** Cases: the list, and one case. */
import { Route, Routes } from 'react-router'
import { NotFound } from '../../app/NotFound'
import { CaseList } from './CaseList'
import { CasePage } from './CasePage'

export default function CaseArea() {
  return (
    <Routes>
      <Route index element={<CaseList />} />
      <Route path=":case" element={<CasePage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  )
}
