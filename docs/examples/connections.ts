// Every connection that ends, with its bytes: sudo node connections.ts
import { type CloseEvent, watch } from 'connwatch';
import { filter } from 'rxjs';

const watching = watch();
watching.connections$
  .pipe(filter((event): event is CloseEvent => event.event === 'close'))
  .subscribe(({ role, comm, address, port, sent, received, seconds }) => {
    console.log(`${role} ${comm ?? '?'} ${address}:${port}: ${sent} bytes out, ${received} in, ${seconds.toFixed(3)} s`);
  });
process.once('SIGTERM', () => void watching.close());
