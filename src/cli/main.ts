import { cli } from './cli.ts';
import { realHost } from './host.ts';
import { leave } from './leave.ts';
import { nameProcess } from './process-name.ts';

nameProcess();
const code = await cli(realHost());
// A timer or socket that a library left open must not keep the process running.
await leave(code);
