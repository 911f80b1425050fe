import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

// With AI_ORCHESTRATOR_DOOR=http://127.0.0.1:PORT the dev server passes /v1 on to a running host,
// under that host's own name and origin, which are the only ones it answers.
const door = process.env['AI_ORCHESTRATOR_DOOR'];

export default defineConfig({
  base: './',
  plugins: [svelte(), svelteTesting()],
  server: {
    port: 1420,
    strictPort: true,
    proxy: door
      ? { '/v1': { target: door, ws: true, changeOrigin: true, headers: { origin: door } } }
      : undefined,
  },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'safari17.5', 'firefox120'],
    chunkSizeWarningLimit: 900,
    // The host sends `default-src 'self'`: fonts stay files, never data: addresses.
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
  },
});
