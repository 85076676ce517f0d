/** A drawing that is only looked at: panned and zoomed, nothing moved or chosen. */
import { Background, Controls, ReactFlow, type Edge, type Node, type ReactFlowProps } from '@xyflow/react'
import '@xyflow/react/dist/style.css'

/** What every canvas has, also the one that is edited. */
export const drawn = { onlyRenderVisibleElements: true, proOptions: { hideAttribution: true } } as const

export function Sheet<OneNode extends Node, OneEdge extends Edge>({ children, ...props }: ReactFlowProps<OneNode, OneEdge>) {
  return (
    <ReactFlow<OneNode, OneEdge>
      {...drawn}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      zoomOnScroll={false}
      preventScrolling={false}
      minZoom={0.1}
      maxZoom={1.5}
      {...props}
    >
      <Background gap={20} />
      <Controls showInteractive={false} />
      {children}
    </ReactFlow>
  )
}
