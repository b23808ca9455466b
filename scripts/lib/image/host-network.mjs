import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { run } from '../run.mjs';

/*
 * The host's access to the servers of Debian and npm: proxies, mirrors, certificates. A fresh root
 * file system needs the same.
 */

const FILES = ['/etc/resolv.conf', '/etc/hosts', '/etc/ssl/certs/ca-certificates.crt', '/usr/local/share/ca-certificates'];
const FILE_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO'];
const VALUE_VARIABLES = /^(https?|no|all|ftp)_proxy$|^npm_config_(registry|proxy|https_proxy|noproxy|strict_ssl)$/i;

/** apt's settings for downloads, as lines of apt.conf. */
export async function aptSettings() {
  const { stdout } = await run('apt-config', ['dump']);
  return stdout.split('\n').filter((line) => line.startsWith('Acquire::'));
}

/**
 * The sources of this Debian for another release, as arguments of mmdebstrap. Empty on another system, where mmdebstrap uses the default
 * mirror.
 */
export function aptSources(suite) {
  const release = readFileSync('/etc/os-release', 'utf8');
  const own = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || own === undefined) return [];
  const files = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'].filter((path) => existsSync(path) && statSync(path).size > 0);
  if (own === suite) return files;
  const folder = mkdtempSync(join(tmpdir(), 'connwatch-sources-'));
  return files.map((path) => {
    // mmdebstrap knows the format by the end of the name.
    const changed = join(folder, basename(path));
    writeFileSync(changed, readFileSync(path, 'utf8').replaceAll(new RegExp(`\\b${own}\\b`, 'g'), suite));
    return changed;
  });
}

/** Copies them below `root`. @returns {Promise<Record<string, string>>} the environment that goes with them */
export async function carryInto(root) {
  const env = {};
  const carry = (path) => copyInto(root, path);
  FILES.forEach(carry);
  for (const name of FILE_VARIABLES)
    if (carry(process.env[name])) env[name] = process.env[name];
  for (const [name, value] of Object.entries(process.env)) if (VALUE_VARIABLES.test(name)) env[name] = value;
  for (const [config, variable] of [['userconfig', 'npm_config_userconfig'], ['globalconfig', 'npm_config_globalconfig']]) {
    const path = await npmConfig(config);
    if (carry(path)) env[variable] = path;
  }
  carry(await npmConfig('cafile'));
  const conf = join(root, 'etc', 'apt', 'apt.conf.d', '90host');
  writeFileSync(conf, `${(await aptSettings()).join('\n')}\n`);
  return env;
}

async function npmConfig(key) {
  const { stdout } = await run('npm', ['config', 'get', key]);
  return stdout.trim();
}

function copyInto(root, path) {
  if (!path?.startsWith('/') || !existsSync(path)) return false;
  const to = join(root, path);
  mkdirSync(dirname(to), { recursive: true });
  if (statSync(path).isDirectory()) cpSync(path, to, { recursive: true, dereference: true });
  else copyFileSync(path, to);
  return true;
}
