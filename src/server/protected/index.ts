// Imported only if a server is protected, because TLS and bcrypt take time and memory to load.
export { createGuard } from './guard.ts';
export { secureServer } from './tls.ts';
