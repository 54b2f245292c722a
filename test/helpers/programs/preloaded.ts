Reflect.set(globalThis, 'preloaded', true);
