import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Agent } from '../../harness/agent.ts';
import { describeKernel } from '../../harness/host.ts';
import { run } from '../../harness/run.ts';
import { Prometheus, noPrometheus } from '../../harness/scrape/prometheus.ts';
import { until } from '../../harness/until.ts';
import { Certificates, noOpenssl } from '../../otlp/certificates.ts';

const USER = { user: 'prometheus', password: 'correct horse: battery' };

describeKernel(`--web-config-file${noOpenssl === undefined ? '' : ` (${noOpenssl})`}`, () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  const write = (config: object) => writeFileSync(path('web.yaml'), JSON.stringify(config));
  const users = { [USER.user]: hashSync(USER.password, 10) };
  const tls = { cert_file: 'server.pem', key_file: 'server.key' };

  /** The status that curl reports, or why it has none. */
  const curl = async (agent: Agent, ...args: string[]): Promise<string> => {
    const common = ['--silent', '--show-error', '--output', '/dev/null', '--write-out', '%{http_code}', '--cacert', path('ca.pem')];
    const { code, stdout } = await run(['curl', ...common, ...args, `https://${agent.metrics}/metrics`]);
    return code === 0 ? stdout : `curl ends with ${code}`;
  };
  const password = ['--user', `${USER.user}:${USER.password}`];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'connwatch-web-'));
    using certificates = await Certificates.make();
    for (const name of ['ca.pem', 'server.pem', 'server.key', 'client.pem', 'client.key']) copyFileSync(certificates.path(name), path(name));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.skipIf(noOpenssl ?? noPrometheus)('lets a real Prometheus in by TLS and password, and others not', async () => {
    write({ tls_server_config: tls, basic_auth_users: users, http_server_config: { headers: { 'X-Frame-Options': 'deny' } } });
    await using agent = await Agent.start({ args: ['--web-config-file', path('web.yaml')] });
    writeFileSync(path('password'), USER.password);
    const scheme = { scheme: 'https', tls_config: { ca_file: path('ca.pem') } };
    await using prometheus = await Prometheus.start(agent.metrics, '1s', { ...scheme, basic_auth: { username: USER.user, password_file: path('password') } });
    await until(async () => (await prometheus.query('up')).map(({ value }) => value), [1]);
    expect(await curl(agent, ...password)).toBe('200');
    expect(await curl(agent)).toBe('401');
    expect(await curl(agent, '--user', `${USER.user}:wrong`)).toBe('401');
    expect(await curl(agent, '--user', `nobody:${USER.password}`)).toBe('401');
    expect((await run(['curl', '--silent', `http://${agent.metrics}/metrics`])).code).not.toBe(0);
    // The health port stays as it was.
    expect((await fetch(`http://${agent.health}/readiness`)).status).toBe(200);
    expect((await run(['curl', '--silent', '--include', '--cacert', path('ca.pem'), `https://${agent.metrics}/`])).stdout).toMatch(/^x-frame-options: deny\r$/im);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  });

  it.skipIf(noOpenssl)('refuses versions and client certificates that it should not take', async () => {
    write({ tls_server_config: { ...tls, min_version: 'TLS13', client_auth_type: 'RequireAndVerifyClientCert', client_ca_file: 'ca.pem' } });
    await using agent = await Agent.start({ args: ['--web-config-file', path('web.yaml')] });
    const client = ['--cert', path('client.pem'), '--key', path('client.key')];
    expect(await curl(agent, ...client)).toBe('200');
    expect(await curl(agent, ...client, '--tls-max', '1.2')).toBe('curl ends with 35');
    expect(await curl(agent)).toBe('curl ends with 56');
    const { stdout } = await run(['openssl', 's_client', '-connect', agent.metrics, '-tls1_2', '-cert', path('client.pem'), '-key', path('client.key')]);
    expect(stdout).toContain('no peer certificate available');
  });

  it.skipIf(noOpenssl)('takes over what changes, and keeps the old of what cannot be used', async () => {
    write({ tls_server_config: tls });
    await using agent = await Agent.start({ args: ['--web-config-file', path('web.yaml')] });
    expect(await curl(agent)).toBe('200');
    const dates = async () => (await run(['openssl', 's_client', '-connect', agent.metrics, '-CAfile', path('ca.pem')])).stdout.match(/subject=.*/)?.[0];
    expect(await dates()).toBe('subject=CN = server');

    writeFileSync(path('web.yaml'), 'tls_server_config: { cert_flie: server.pem }');
    expect(await curl(agent)).toBe('200');
    expect(await curl(agent)).toBe('200');
    const refused = agent.logs.lines.filter(({ code }) => code === 'CW_WEB_CONFIG');
    expect(refused.map(({ error }) => error)).toEqual([expect.stringContaining('unknown key tls_server_config.cert_flie (line 1); did you mean cert_file?')]);

    // A renewed certificate: first the key, which alone fits nothing, then the certificate.
    write({ tls_server_config: tls });
    copyFileSync(path('client.key'), path('server.key'));
    expect(await dates()).toBe('subject=CN = server');
    copyFileSync(path('client.pem'), path('server.pem'));
    expect(await dates()).toBe('subject=CN = client');

    write({ tls_server_config: tls, basic_auth_users: users });
    expect(await curl(agent)).toBe('401');
    expect(await curl(agent, '--user', `${USER.user}:${USER.password}`)).toBe('200');
    // Passwords must not be sent in clear text all of a sudden.
    write({ basic_auth_users: users });
    expect(await curl(agent, '--user', `${USER.user}:${USER.password}`)).toBe('200');
    expect(agent.logs.lines.filter(({ code }) => code === 'CW_WEB_CONFIG').at(-1)?.['error']).toContain('it has no TLS any more');
  });

  it.skipIf(noOpenssl)('protects the health port too when asked to', async () => {
    write({ basic_auth_users: users });
    await using agent = await Agent.start({ args: ['--web-config-file', path('web.yaml'), '--web-config-health', 'true'] });
    expect((await fetch(`http://${agent.health}/readiness`)).status).toBe(401);
  });

  it('names every problem at the start', async () => {
    writeFileSync(path('web.yaml'), 'tls_server_config:\n  cert_file: no.pem\n  min_version: TLS10\nbasic_auth_users:\n  a: plain\nhtp: 1\n');
    const { code, logs } = await Agent.refuse({ args: ['--web-config-file', path('web.yaml')] });
    expect(code).toBe(2);
    const { msg } = await logs.line({ code: 'CW_WEB_CONFIG' });
    for (const part of ['unknown key htp (line 6)', 'no.pem: ', 'it needs key_file', "'TLS10' is not one of TLS12, TLS13", 'basic_auth_users.a (line 5): it is not a bcrypt hash'])
      expect(msg).toContain(part);
    expect(msg).not.toContain('plain');
  });
});
