import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compileMessages } from './build/messages-plugin.ts'
import { requiredScopes } from './build/scopes-plugin.ts'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [compileMessages(), requiredScopes(), react()],
  build: {
    // What a first load may weigh, compressed, is held by test/sizes.test.ts.
    chunkSizeWarningLimit: 1000,
    outDir: 'dist',
    emptyOutDir: true,
    // `light-dark()` and nesting stay as written: every browser that is kept up to date has them.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
