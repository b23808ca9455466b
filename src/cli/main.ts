#!/usr/bin/env node
import { cli } from './cli.ts';
import { realHost } from './host.ts';
import { leave } from './leave.ts';

const code = await cli(realHost());
// Whatever a library left behind (a timer, a socket) must not keep the process.
await leave(code);
