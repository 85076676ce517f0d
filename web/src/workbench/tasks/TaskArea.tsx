/** My tasks: the list, and one task. */
import { lazy } from 'react'
import { Route, Routes } from 'react-router'
import { NotFound } from '../../app/NotFound'
import { TaskList } from './TaskList'

/** With its forms it is larger than the list, which is opened far more often. */
const TaskPage = lazy(async () => ({ default: (await import('./TaskPage')).TaskPage }))

export default function TaskArea() {
  return (
    <Routes>
      <Route index element={<TaskList />} />
      <Route path=":task" element={<TaskPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  )
}
