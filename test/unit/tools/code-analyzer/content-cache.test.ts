import { describe, expect, it } from '@jest/globals';
import { ContentCache } from '../../../../lambdas/tools/code-analyzer/content-cache.ts';

describe('ContentCache', () => {
  it('drops what was used longest ago when the weight is exceeded', () => {
    const cache = new ContentCache<string>(10);
    cache.set('a', 'A', 4);
    cache.set('b', 'B', 4);
    cache.get('a');
    cache.set('c', 'C', 4);

    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
  });

  it('weighs a value that is set again once', () => {
    const cache = new ContentCache<string>(10);
    cache.set('a', 'A', 6);
    cache.set('a', 'A2', 6);
    cache.set('b', 'B', 4);

    expect([cache.get('a'), cache.get('b')]).toEqual(['A2', 'B']);
  });

  it('keeps the newest value even when it alone is too heavy', () => {
    const cache = new ContentCache<string>(10);
    cache.set('a', 'A', 4);
    cache.set('b', 'B', 40);

    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 'B']);
  });
});
