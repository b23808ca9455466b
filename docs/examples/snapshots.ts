// What each program did in the last second: sudo node snapshots.ts
import { type Activity, watch } from 'connwatch';

const watching = watch({ interval: 1000 });
watching.snapshots$.subscribe(({ activities }) => activities.filter(({ role }) => role === 'client').forEach(print));
process.once('SIGTERM', () => void watching.close());

function print({ workload, address, port, successes, failures, pending }: Activity): void {
  console.log(JSON.stringify({ program: workload['process.executable.name'], address, port, successes, failures, pending }));
}
