import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../../words/families.ts';
import { assignmentsOf } from './assignments.ts';
import { attributes, parseAttributes } from './attributes.ts';

describe('--attributes', () => {
  it('takes names with and without the prefix, in any order of attributes', () => {
    const io = ['process.executable.name', 'role', 'network.io.direction'];
    const text = ' connwatch.tcp.io = network.io.direction , role,process.executable.name ; tcp.rtt=; tcp.connects_by_pid=off;';
    expect(parseAttributes(text)).toEqual({ 'connwatch.tcp.io': io, 'connwatch.tcp.rtt': [], 'tcp.connects_by_pid': 'off' });
  });

  it('takes * for all that begin so, and the own name of one before that', () => {
    const listen = Object.keys(FAMILIES).filter((family) => family.startsWith('connwatch.tcp.listen.'));
    expect(parseAttributes('tcp.listen.syn_drops=server.port;tcp.listen.*=off')).toEqual({
      ...Object.fromEntries(listen.map((family) => [family, 'off'])),
      'connwatch.tcp.listen.syn_drops': ['server.port'],
    });
  });

  it.each([
    ['tcp.ios=off', "there is no metric 'tcp.ios'; did you mean 'tcp.io'?"],
    ['connwatch.tcp.connectoins=off', "there is no metric 'connwatch.tcp.connectoins'; did you mean 'connwatch.tcp.connections'?"],
    ['connwatch_tcp_io_bytes_total=role', "there is no metric 'connwatch_tcp_io_bytes_total'; did you mean 'connwatch.tcp.io'?"],
    ['zebra*=off', "there is no metric 'zebra*'"],
    ['tcp.io=server.prot', "connwatch.tcp.io has no attribute 'server.prot'; did you mean 'server.port'?"],
    ['tcp.accepts=role', "connwatch.tcp.accepts has no attribute 'role'; it has process.executable.name, process.command, k8s.namespace.name, k8s.owner, k8s.container.name, container.name, container.image.name, workload.container.id, systemd.unit.name, server.port, client.address, k8s.pod.name, k8s.pod.uid"],
    ['tcp.io=role,off', "connwatch.tcp.io has no attribute 'off'"],
    ['tcp.io', "'tcp.io' has no '='; write name=value,value and ';' between names"],
    ['tcp.io=off;tcp.io=role', "'tcp.io' is given twice"],
    ['tcp.io=off;connwatch.tcp.io=role', 'connwatch.tcp.io is given twice'],
    ['tcp.io=role,,type', "'tcp.io' has an empty value"],
    ['=role', "'=role' has no name"],
  ])('%s is refused', (text, why) => {
    expect(() => parseAttributes(text)).toThrow(why);
  });

  it('is in the file a map, of which it makes the same', () => {
    const text = assignmentsOf({ 'tcp.io': ['role', 'server.port'], 'tcp.rtt': false, 'window.*': 'off', 'tcp.resets': [] });
    expect(text).toBe('tcp.io=role,server.port;tcp.rtt=off;window.*=off;tcp.resets=');
    const kept = parseAttributes(text);
    expect(parseAttributes(attributes().format(kept))).toEqual(kept);
  });

  it.each([
    [['tcp.io'], 'it is not a map of names to lists'],
    [{ 'tcp.io': { role: true } }, "'tcp.io' has a value that is neither text nor a number"],
    [{ 'tcp.io': ['a,b'] }, "'tcp.io' has a value with ',' or ';'"],
    [{ 'a=b': [] }, "'a=b' contains '=' or ';'"],
  ])('%j in the file is refused', (value, why) => {
    expect(() => assignmentsOf(value)).toThrow(why);
  });
});
