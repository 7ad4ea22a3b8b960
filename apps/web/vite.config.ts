import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  appType: 'custom',
  build: {
    outDir: 'dist/client',
    manifest: 'manifest.json',
    // An inlined file would be a data: address, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // These know light-dark(). For older ones Vite would replace it with rules that scripts have to switch.
    cssTarget: ['chrome123', 'safari17.5', 'firefox120'],
    rolldownOptions: {
      input: [
        'client/storefront/storefront.css',
        'client/storefront/storefront.ts',
        'client/storefront/boot.ts',
        'client/dashboard/early.ts',
        'client/dashboard/index.html',
      ],
    },
  },
})
