export interface Nearest {
  readonly key: string;
  readonly similarity: number;
}

/** Unit vectors of one encoder in one block of memory, searched exactly. */
export interface VectorMatrix {
  /** Adds the vector or replaces the one of this key. */
  set(key: string, vector: Float32Array): void;
  delete(key: string): void;
  /** The `limit` largest dot products, which are cosines, best first. */
  nearest(query: Float32Array, limit: number): Nearest[];
  readonly size: number;
}

/** Four sums at once: each addition would else wait for the one before it, which takes three times as long. */
function dotProduct(rows: Float32Array, at: number, query: Float64Array, dimensions: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < dimensions; i += 4) {
    a += (rows[at + i] as number) * (query[i] as number);
    b += (rows[at + i + 1] as number) * (query[i + 1] as number);
    c += (rows[at + i + 2] as number) * (query[i + 2] as number);
    d += (rows[at + i + 3] as number) * (query[i + 3] as number);
  }
  for (; i < dimensions; i++) a += (rows[at + i] as number) * (query[i] as number);
  return a + b + c + d;
}

/** 10,000 vectors of 384 numbers are 15 MB, and searched in some 3 ms. */
export function createVectorMatrix(dimensions: number): VectorMatrix {
  let rows = new Float32Array(64 * dimensions);
  const keys: string[] = [];
  const places = new Map<string, number>();

  return {
    set(key, vector) {
      const place = places.get(key) ?? keys.length;
      if (place === keys.length) {
        keys.push(key);
        places.set(key, place);
        if (keys.length * dimensions > rows.length) {
          const larger = new Float32Array(rows.length * 2);
          larger.set(rows);
          rows = larger;
        }
      }
      rows.set(vector, place * dimensions);
    },

    delete(key) {
      const place = places.get(key);
      if (place === undefined) return;
      // The last row takes the place, so that there are no holes.
      const last = keys.length - 1;
      const moved = keys[last];
      if (moved !== undefined && place !== last) {
        rows.copyWithin(place * dimensions, last * dimensions, (last + 1) * dimensions);
        keys[place] = moved;
        places.set(moved, place);
      }
      keys.pop();
      places.delete(key);
    },

    nearest(query, limit) {
      const best: Nearest[] = [];
      let least = Number.NEGATIVE_INFINITY;
      const block = rows;
      // Widened once, not 10,000 times.
      const wide = new Float64Array(query);
      for (let row = 0, at = 0; row < keys.length; row++, at += dimensions) {
        const similarity = dotProduct(block, at, wide, dimensions);
        if (best.length === limit && similarity <= least) continue;
        let place = best.length;
        while (place > 0 && (best[place - 1] as Nearest).similarity < similarity) place--;
        best.splice(place, 0, { key: keys[row] as string, similarity });
        if (best.length > limit) best.pop();
        least = (best.at(-1) as Nearest).similarity;
      }
      return best;
    },

    get size() {
      return keys.length;
    },
  };
}
