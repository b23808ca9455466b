import { Manager, type Batch, type Config } from '../../src/ebpf/index.ts';
import { tellHeld } from './open.ts';

export function running(config: Partial<Config> = {}, take: (batch: Batch, manager: Manager) => void = () => {}): Manager {
  const manager = new Manager(config);
  manager.batches.subscribe((batch) => take(batch, manager));
  manager.start();
  tellHeld();
  return manager;
}
