import type { ItemDb, ItemLock, Store } from './dynalite.ts';

/**
 * Lets the locks that dynalite puts on items be asked for at little cost. dynalite has them in an object, by key: to look
 * up a key that was just made takes longer there than to write the item, and hardly ever is any item locked.
 */
export function watchItemLocks(store: Store): void {
  const { getItemDb } = store;
  const watched = new WeakSet<ItemDb>();
  Object.assign(store, {
    getItemDb(table: string): ItemDb {
      const items = getItemDb(table);
      if (!watched.has(items)) {
        watched.add(items);
        Object.assign(items, { lock: watchedLock(items.lock) });
      }
      return items;
    },
  });
}

function watchedLock(lock: ItemLock): ItemLock {
  /** Held, or waited for. */
  let locks = 0;
  const watched = (...[key, act]: Parameters<ItemLock>): void => {
    locks += 1;
    lock(key, (release) =>
      act((done) =>
        release((...results) => {
          locks -= 1;
          done(...results);
        }),
      ),
    );
  };
  return Object.assign(watched, { isLocked: (key: string) => locks > 0 && lock.isLocked(key) });
}
