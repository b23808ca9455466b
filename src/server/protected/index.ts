// Imported only where a server is protected: TLS and bcrypt take time and memory to load.
export { createGuard } from './guard.ts';
export { secureServer } from './tls.ts';
