import { describe, expect, it } from 'vitest';
import { filter, parseFilter } from './filter.ts';

describe('--include and --exclude', () => {
  it('take lists by field', () => {
    const text = 'executable=nginx, envoy*;unit=ssh.service;container=4f79*;port=443,8000-8099;cidr=10.0.0.0/8,fd00::/08,192.0.2.1;netns=own,4026531840,net:[4026532000];role=client,server';
    const found = parseFilter(text);
    expect(found).toEqual({
      executable: ['nginx', 'envoy*'],
      unit: ['ssh.service'],
      container: ['4f79*'],
      port: [[443, 443], [8000, 8099]],
      cidr: ['10.0.0.0/8', 'fd00::/8', '192.0.2.1/32'],
      netns: ['own', 4026531840, 4026532000],
      role: ['client', 'server'],
    });
    expect(parseFilter(filter().format(found))).toEqual(found);
  });

  it.each([
    ['ports=80', "there is no field 'ports'; did you mean 'port'?"],
    ['zebra=1', "there is no field 'zebra'; there are executable, unit, container, port, cidr, netns, role"],
    ['port=', "'port' has no value"],
    ['port=0', "'0' is not a port or a range such as 8000-8099"],
    ['port=90-80', "'90-80' is not a port"],
    ['port=65536', "'65536' is not a port"],
    ['cidr=10.0.0.0/33', "'10.0.0.0/33' has a prefix length that is not from 0 to 32"],
    ['cidr=10.0.0/8', "'10.0.0/8' is not an address or a range such as 10.0.0.0/8"],
    ['cidr=fe80::1%eth0/64', "'fe80::1%eth0/64' is not an address"],
    ['netns=host', "'host' is not the inode number of a network namespace, nor own"],
    ['role=peer', "'peer' is neither client nor server"],
    ['port', "'port' has no '='"],
  ])('%s is refused', (text, why) => {
    expect(() => parseFilter(text)).toThrow(why);
  });
});
