import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv, type Plugin } from 'vite';

/** The built page may load nothing and speak to nobody but itself and the API, whatever a ticket's text contains. */
function contentSecurityPolicy(api: string): Plugin {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${api}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' },
    ],
  };
}

export default defineConfig(({ mode }) => {
  const server = process.env.PLUMBLINE_URL ?? 'http://127.0.0.1:8080';
  const proxy = { '/graphql': server, '/t': server };
  return {
    base: './',
    plugins: [react(), contentSecurityPolicy(loadEnv(mode, '.').VITE_API_URL ?? '')],
    server: { proxy },
    preview: { proxy },
  };
});
