import type { Logger } from '../internal/log/log.ts';
import type { Protection } from '../server/index.ts';

/**
 * Opens the file of --web-config-file. The returned function gives the protection in force. The parser is loaded only
 * if the setting is used.
 * @throws (rejects) ConnwatchError CW_WEB_CONFIG
 */
export async function openWebConfig(path: string | undefined, log: Pick<Logger, 'info' | 'error'>): Promise<(() => Protection) | undefined> {
  if (path === undefined) return undefined;
  const { WebFile } = await import('../config/web/web-file.ts');
  const file = new WebFile(path, {
    onReload: () => log.info({ file: path }, 'web configuration reloaded'),
    onRefusal: ({ code, message, hint }) => log.error({ code, hint, error: message }, 'the web configuration cannot be reloaded: the old one stays'),
  });
  return () => file.current();
}
