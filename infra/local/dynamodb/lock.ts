import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

/** LevelDB as dynalite itself loads it. */
interface LevelModule {
  Level: new (path: string) => { open(): Promise<void>; close(): Promise<void> };
}

const PAUSE_MS = 50;

/** Whether another office holds the database that could not be opened. */
export function isLocked(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } | null };
  return cause?.code === 'LEVEL_LOCKED';
}

/** Waits until nobody else holds the database. Returns false when patience ends. */
export async function lockIsFree(path: string, patienceMs: number): Promise<boolean> {
  const require = createRequire(createRequire(import.meta.url).resolve('dynalite'));
  const { Level } = require('level') as LevelModule;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const probe = new Level(path);
    try {
      await probe.open();
      await probe.close();
      return true;
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (Date.now() > deadline) return false;
      await pause(PAUSE_MS);
    }
  }
}
