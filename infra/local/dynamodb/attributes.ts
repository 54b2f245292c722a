/**
 * DynamoDB's attribute values as its JSON protocol has them
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html), for JSON values and bytes.
 */
export type Attribute =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { L: Attribute[] }
  | { M: AttributeMap }
  | { B: string }
  | { SS: string[] };
export type AttributeMap = Record<string, Attribute>;

/** A value that only the SDK's own marshaller knows what to do with. */
export class UnusualValueError extends Error {
  override readonly name = 'UnusualValueError';
}

/** @throws UnusualValueError */
export function toAttribute(value: unknown): Attribute {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'boolean':
      return { BOOL: value };
    case 'number':
      if (!Number.isFinite(value)) throw new UnusualValueError();
      return { N: String(value) };
    case 'object': {
      if (value === null) return { NULL: true };
      if (Array.isArray(value)) return { L: value.filter((item) => item !== undefined).map(toAttribute) };
      if (value instanceof Uint8Array) return { B: base64(value) };
      if (isStringSet(value)) return { SS: [...value] };
      if (isPlainObject(value)) return { M: toAttributes(value) };
    }
  }
  throw new UnusualValueError();
}

/** Members that are undefined are left out, as the office's document client does. @throws UnusualValueError */
export function toAttributes(values: object): AttributeMap {
  const attributes: AttributeMap = {};
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) attributes[name] = toAttribute(value);
  return attributes;
}

export function fromAttribute(attribute: Attribute): unknown {
  if ('S' in attribute) return attribute.S;
  if ('N' in attribute) return Number(attribute.N);
  if ('BOOL' in attribute) return attribute.BOOL;
  if ('M' in attribute) return fromAttributes(attribute.M);
  if ('L' in attribute) return attribute.L.map(fromAttribute);
  if ('B' in attribute) return new Uint8Array(Buffer.from(attribute.B, 'base64'));
  if ('SS' in attribute) return new Set(attribute.SS);
  return null;
}

export function fromAttributes(attributes: AttributeMap): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name in attributes) values[name] = fromAttribute(attributes[name] as Attribute);
  return values;
}

const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/** DynamoDB has no empty sets. */
function isStringSet(value: object): value is Set<string> {
  if (!(value instanceof Set) || value.size === 0) return false;
  for (const member of value) if (typeof member !== 'string') return false;
  return true;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
