// Who fails to connect to what: sudo node failures.mjs
import { watch } from 'connwatch';

const { failures$ } = watch();
failures$.subscribe(({ comm, pid, address, port, outcome }) => console.log(`${comm}[${pid}] -> ${address}:${port} ${outcome}`));
