import type { AttributeMap } from '../attributes.ts';
import { database } from '../dynalite.ts';
import type { Records } from '../group-commit.ts';
import { entryEnd, entryKey, type IndexKeys, type TableKeys } from './keys.ts';

/** One change of one item that is valid; undefined deletes. */
export interface Write {
  readonly place: string;
  readonly keys: TableKeys;
  readonly item: AttributeMap | undefined;
}

/** Writes the entries that an item has in indexes, and deletes those that it had before (`old`) and has no more. */
export function writeEntries(
  records: Pick<Records, 'write'>,
  { place, keys, item }: Write,
  text: string | null,
  old: AttributeMap | undefined,
): void {
  let end: string | undefined;
  for (const index of keys.indexes) {
    const { partition } = index;
    if (item?.[partition] === undefined && old?.[partition] === undefined) continue;
    if (index.isPlain) {
      end ??= entryEnd(place, (item ?? old) as AttributeMap, keys);
      const key = entryKey(item, index, end);
      const former = entryKey(old, index, end);
      if (former !== undefined && former !== key) records.write(former, null);
      if (key !== undefined) records.write(key, text);
    } else writeOther(records, keys, index, item, old);
  }
}

/** With keys that aren't text, or a part of the item: as dynalite does it. */
function writeOther(
  records: Pick<Records, 'write'>,
  { table }: TableKeys,
  { index, start }: IndexKeys,
  item: AttributeMap | undefined,
  old: AttributeMap | undefined,
): void {
  const { puts, deletes } = database.getIndexActions([index], old, item, table);
  for (const { key } of deletes) records.write(start + key, null);
  for (const { key, item: projected } of puts) records.write(start + key, JSON.stringify(projected));
}
