/** What a detection rule is, and the words around a match that speak for it or against it. */
export type SpanType =
  | 'private_key'
  | 'secret'
  | 'email'
  | 'iban'
  | 'card'
  | 'national_id'
  | 'ip'
  | 'phone'
  | 'address'
  /** Names have no form: only a service finds them. */
  | 'person';

/** Offsets in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly type: SpanType;
}

export interface Around {
  /** Up to 60 characters on the same line before the match. */
  readonly before: string;
  /** Up to 30 after it. */
  readonly after: string;
}

export interface Rule {
  readonly type: SpanType;
  /** Global; the named group `value` is the span when there is one. Must be linear: no nested quantifiers. */
  readonly pattern: RegExp;
  /** The part of a match, from its start, that is meant; null when none is. */
  readonly exact?: (value: string, around: Around) => string | null;
  /** The match is made of groups: when `exact` finds nothing in it, another may begin with its second group. */
  readonly groups?: boolean;
  /** Check digits and the like; gets the span's text. */
  readonly valid?: (value: string, around: Around) => boolean;
  /** Words that must stand before the match. */
  readonly words?: RegExp;
  /** A cheap test of the whole text: without it the pattern cannot match. */
  readonly needs?: RegExp;
}

/** Needed by rules for values that have letters in place of digits. */
export const aDigit = /\d/;

export function aroundOf(text: string, start: number, end: number): Around {
  const before = text.slice(Math.max(0, start - 60), start);
  const line = before.lastIndexOf('\n');
  return { before: line < 0 ? before : before.slice(line + 1), after: text.slice(end, end + 30) };
}

const otherLabel =
  /(?:\b(?:order|invoice|inv|tracking|track|parcel|shipment|consignment|waybill|awb|ticket|case|incident|issue|bug|pr|build|commit|sku|upc|ean|gtin|isbn|issn|doi|isin|cusip|lei|duns|vin|imei|imsi|iccid|serial|s\/n|part|p\/n|batch|lot|model|item|product|article|asset|catalog(?:ue)?|barcode|job|run|request|trace|span|session|correlation|transaction|txn|trans|confirmation|booking|reservation|pnr|reference|ref|po|purchase order|rma|quote|version|release|timestamp|epoch|checksum|hash|md5|sha-?\d*|crc(?:32)?|uuid|guid|offset|port|pid|seed|nonce|row|line|page|port|bytes?|population|revenue|permissions?|file modes?|chmod|umask|coordinates?|lat(?:itude)?|lon(?:gitude)?|auftrag(?:snummer)?|lieferschein|vorgang|aktenzeichen|bestelling|zamówienie|bestellnummer|rechnung(?:snummer)?|artikel(?:nummer)?|sendung(?:snummer)?|commande|facture|pedido|factura|ordine|fattura)(?:[ _-]?(?:no|nr|num|number|numbers|id|ids|code|ref|reference|key|size|count|is|was|of))*[.:#=]*\s*["'#(]*(?:[A-Z]{1,4}-?)?)$/i;

/** Whether the number is called something else right before it stands: an order, a build, an ISBN. */
export const isCalledOtherwise = (around: Around): boolean => otherLabel.test(around.before);
