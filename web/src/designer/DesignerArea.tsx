/** The designer: the list of designs, the gallery, and one design with its steps. */
import './sentences'
import { Route, Routes } from 'react-router'
import { NotFound } from '../app/NotFound'
import { DesignPage } from './frame/DesignPage'
import { DesignList } from './list/DesignList'
import { Gallery } from './list/Gallery'
import './designer.css'

export default function DesignerArea() {
  return (
    <Routes>
      <Route index element={<DesignList />} />
      <Route path="gallery" element={<Gallery />} />
      <Route path=":id/*" element={<DesignPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  )
}
