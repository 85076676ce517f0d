// How the front end is bundled and tested. Chunks follow the routes, so that a page loads what it shows.
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const here = (path: string) => new URL(path, import.meta.url).pathname

export default defineConfig({
  plugins: [react()],
  resolve: {
    // @rjsf/core's index re-exports a test helper that imports ajv, which needs `unsafe-eval`.
    alias: { '@rjsf/validator-ajv8': here('./src/forms/no-ajv.ts') },
  },
  build: {
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: 'flow', test: /node_modules[\\/](@xyflow|d3-)/ },
          ],
        },
      },
    },
  },
  worker: { rolldownOptions: { output: { name: 'worker' } } },
  // A relative address: `npm run dev` beside a running `make up`.
  server: { proxy: { '/api': { target: process.env.WAYSTATION_URL ?? 'http://127.0.0.1:8080' } } },
  test: { environment: 'jsdom', globals: true, setupFiles: ['src/test-setup.ts'], include: ['src/**/*.test.{ts,tsx}'] },
})
