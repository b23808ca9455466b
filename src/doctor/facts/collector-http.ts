import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { OtlpTarget } from '../../config/index.ts';
import { codeOf } from '../../internal/errors.ts';
import { defined, reason } from './collector-reason.ts';

/**
 * Posts an empty export, without credentials. Any answer but "not found" comes from a
 * receiver. Always settles.
 */
export function tryHttp(url: string, tls: OtlpTarget['tls'], patience: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { method: 'POST', agent: false, headers: { 'content-type': 'application/x-protobuf' } } as const;
    const request = url.startsWith('https:') ? httpsRequest(url, { ...options, ...defined(tls) }) : httpRequest(url, options);
    const settle = (problem: string | undefined): void => {
      clearTimeout(timer);
      resolve(problem);
      request.destroy();
    };
    const timer = setTimeout(() => settle(`no answer within ${patience / 1000} s`), patience);
    request.on('response', ({ statusCode }) => settle(statusCode === 404 ? 'there is no OTLP receiver at this path (HTTP 404)' : undefined));
    request.on('error', (error) => settle(codeOf(error)?.startsWith('HPE_') ? 'the server there does not speak HTTP/1.1 (OTLP/gRPC has port 4317 by default)' : reason(error)));
    request.end();
  });
}
