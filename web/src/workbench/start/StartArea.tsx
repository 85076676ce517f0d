/** Starting: what one may start, and the form of one process. */
import { lazy } from 'react'
import { Route, Routes } from 'react-router'
import { NotFound } from '../../app/NotFound'
import { StartList } from './StartList'

/** With its forms it is larger than the list, which is opened far more often. */
const StartPage = lazy(async () => ({ default: (await import('./StartPage')).StartPage }))

export default function StartArea() {
  return (
    <Routes>
      <Route index element={<StartList />} />
      <Route path=":process" element={<StartPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  )
}
