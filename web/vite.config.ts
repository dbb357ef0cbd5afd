import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

declare const process: { env: Record<string, string | undefined> };

const SERVER = process.env.LABELWRIGHT_DEV_SERVER ?? 'http://127.0.0.1:8100';

export default defineConfig({
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../src/labelwright/static',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined assets would need a wider content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  // Workers in parts: the picture library is a part of its own, loaded by the worker that needs it.
  worker: { format: 'es' },
  server: { host: '127.0.0.1', port: 5173, proxy: { '/api': SERVER } },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}', 'tests/**/*.test.{ts,tsx}'] },
});
