import type { Json, JsonObject } from '../../../schemas/json.ts';

/** Stands for a JSON value, and becomes it in JSON.stringify. */
interface Seal {
  (): Json;
  toJSON(): Json;
}

/**
 * Seals what hangs below the members of an object. Before each state aws-local-stepfunctions copies that state's whole
 * input, several kilobytes of documents that no state looks into, and takes what is no object as it is: so documents go
 * in a function's clothes, and a copy is as long as a state has members. Paths open what they lead to (library.ts);
 * members named in `open` stay as they are, because a ResultPath puts something into them.
 */
export function sealMembers(value: Json, open: ReadonlySet<string>): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  // From entries, because an assignment to "__proto__" makes no member.
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      member !== null && typeof member === 'object' && !open.has(name)
        ? (seal(member) as unknown as Json)
        : member,
    ]),
  );
}

function seal(value: Json): Seal {
  const sealed = (() => value) as Seal;
  sealed.toJSON = sealed;
  return sealed;
}

/** The value with nothing sealed in it; itself when nothing was. */
export function unseal(value: unknown): unknown {
  if (typeof value === 'function') return (value as Seal)();
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value.map(unseal);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const members = Object.entries(value).map(([name, member]) => [name, unseal(member)] as const);
  return members.some(([name, member]) => member !== (value as JsonObject)[name])
    ? Object.fromEntries(members)
    : value;
}
