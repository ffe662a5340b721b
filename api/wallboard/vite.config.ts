import preact from '@preact/preset-vite'
import { defineConfig } from 'vite'

/** Everything the wall needs is in the bundle: fonts, map, charts. Nothing is fetched from elsewhere. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [preact({ devToolsEnabled: false })],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // As files, never as data: URLs: the page runs under a policy of default-src 'self'.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: { host: '127.0.0.1' },
})
