import { describe, expect, it } from 'vitest';
import { readWebConfig } from './read.ts';

const HASH = `$2y$10$${'a'.repeat(53)}`;
const read = (text: string) => readWebConfig('/etc/web.yaml', () => Buffer.from(text));

/** What is wrong with a file. */
function problems(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    return (error as Error).message.split('; ').reduce<string[]>((all, part) => (part.startsWith('did you mean') ? [...all.slice(0, -1), `${all.at(-1)}; ${part}`] : [...all, part]), []);
  }
  return [];
}

describe('readWebConfig', () => {
  it.each(['', '# nothing\n', 'basic_auth_users:\n', '{}'])('takes an empty file: %j', (text) => {
    expect(read(text)).toEqual({ tls: undefined, headers: {}, users: new Map() });
  });

  it('reads users and headers', () => {
    const text = `basic_auth_users:\n  "a b": ${HASH}\n  1: '${HASH}'\nhttp_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: DENY\n    X-XSS-Protection: ''\n`;
    expect(read(text)).toEqual({ tls: undefined, headers: { 'X-Frame-Options': 'DENY' }, users: new Map([['a b', HASH], ['1', HASH]]) });
  });

  it.each<[string, string[]]>([
    ['[1]', ['it is not a mapping']],
    ['tls_server_confg: {}', ['unknown key tls_server_confg (line 1); did you mean tls_server_config?']],
    ['http_server_config:\n  headers:\n    X-Frame-Option: deny', ['unknown key http_server_config.headers.X-Frame-Option (line 3); did you mean X-Frame-Options?']],
    ['http_server_config:\n  headers:\n    X-Content-Type-Options: sniff', ["http_server_config.headers.X-Content-Type-Options (line 3): 'sniff' is not a value of this header"]],
    ['http_server_config:\n  headers:\n    Content-Security-Policy: "a\\nb"', ["http_server_config.headers.Content-Security-Policy (line 3): 'a\nb' is not a value of this header"]],
    ['http_server_config: { http2: yes }', ["http_server_config.http2 (line 1): it is neither 'true' nor 'false'"]],
    ['basic_auth_users: { a: secret }', ['basic_auth_users.a (line 1): it is not a bcrypt hash ($2a$, $2b$ or $2y$)']],
    ['basic_auth_users: { a: [1] }', ['basic_auth_users.a (line 1): it must be a single value', 'basic_auth_users.a (line 1): it is not a bcrypt hash ($2a$, $2b$ or $2y$)']],
    [`basic_auth_users:\n  a: ${HASH.replace('10', '15')}`, ['basic_auth_users.a (line 2): the cost of the bcrypt hash is 15', 'it must be 4 to 14']],
    [`basic_auth_users:\n  a:b: ${HASH}`, ['basic_auth_users.a:b (line 2): a user name must not be empty or contain a colon']],
    ['tls_server_config: { key_file: "" }', ['tls_server_config (line 1): it needs cert_file', 'tls_server_config (line 1): it needs key_file']],
    ['a: 1\na: 2', ['line 2: Map keys must be unique']],
    ['a: [', ['line 1: Flow sequence in block collection must be sufficiently indented and end with a ]']],
  ])('%j', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('names what is wrong with TLS', () => {
    const tls = ['cert_file: a', 'key_file: b', 'client_auth_type: RequireAndVerify', 'min_version: TLS13', 'max_version: TLS12', 'cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]', 'curve_preferences: X25519'];
    const found = problems(`tls_server_config:\n${tls.map((line) => `  ${line}\n`).join('')}`);
    expect(found).toEqual([
      'tls_server_config.cert_file (line 2): a: it has no certificate in PEM format',
      'tls_server_config.key_file (line 3): b: it has no private key in PEM format that can be read without a passphrase',
      expect.stringMatching(/client_auth_type \(line 4\): 'RequireAndVerify' is not one of .*; did you mean RequireAndVerifyClientCert\?$/) as string,
      'tls_server_config.min_version (line 5): it is above max_version',
      expect.stringMatching(/cipher_suites \(line 7\): 'TLS_RSA_WITH_RC4_128_SHA' is not one of TLS_AES_128_GCM_SHA256, /) as string,
      'tls_server_config.curve_preferences (line 8): it is not a list',
    ]);
  });
});
