/** Fields of JSON documents as people name them: "the database port", "the max of the pool of the database". */
import { type Clause, unread } from './places.ts';

const LEAD =
  '(?:(?:what(?:\\s+is|\\s+are)?|which|get|give|show|tell|find|read|return|extract|report|print|display|fetch|look\\s+up|determine|retrieve)\\s+(?:me\\s+)?(?:what\\s+)?(?:out\\s+)?)?(?:the\\s+)?(?:values?\\s+(?:of|for)\\s+)?(?:the\\s+)?';
const KEY =
  '‹N\\d+›|(?!(?:in|of|at|from|inside|within|under|the|field|key|setting|property|flag|option|parameter|attribute|element|member|path|value|entry|object|section)\\b)[A-Za-z_][\\w-]*';
const FIELD =
  '(?:\\s+(?:field|key|setting|property|value|entry|option|object|section|flag|parameter|attribute|element|member|path))?';
const OF = `${FIELD}\\s+(?:of|in|inside|under|from|within)\\s+(?:the\\s+|its\\s+)?`;
/** What is left of the file or the page, which has been found already. */
const PLACE =
  '(?:\\s+(?:(?:in|of|from|at|inside|within)\\s+)?(?:the\\s+)?(?:(?:json|config(?:uration)?)\\s+)?(?:file\\s+)?(?:‹P\\d+›|it|there))?';

const INWARDS = new RegExp(`^${LEAD}((?:${KEY})(?:${OF}(?:${KEY})){1,3})${FIELD}${PLACE}$`, 'i');
const OWNED = new RegExp(`^${LEAD}((?:${KEY})(?:['’]s\\s+(?:${KEY})){1,3})${FIELD}${PLACE}$`, 'i');
const IN_A_ROW = new RegExp(`^${LEAD}((?:${KEY})(?:\\s+(?:${KEY})){1,3})${PLACE}$`, 'i');

const NO_FIELD =
  /^(?:the|a|an|it|its|this|that|is|are|was|of|in|on|at|for|from|to|and|or|not|by|with|per|each|every|all|any|file|json|document|data|page|result|answer|first|last|second|third|nth|how|many|much|number|count|sum|total|average|mean|median|maximum|minimum|highest|lowest|largest|smallest|longest|shortest|most|least|keys?|items?|elements?|entries|lines?|words?|characters?|rows?|columns?|content|contents|body|text|title|status|size|length|type|there|you|me|does|do|has|have|what|which|list|sort|sorted|when|where|than|more|less|above|below|as|save|store|write|put|append|add|delete|remove|copy|move|rename|run|execute|create|make|convert|replace|summari[sz]e|search|download|open|load|parse|import|use|using|then|compute|calculate|change|set|update|plot|explain|describe|compare|translate)$/i;

/** The keys from the outside in; null when the clause doesn't name a field within another. */
export function keysInWords(clause: Clause): string[] | null {
  const { text } = clause;
  const of = INWARDS.exec(text)?.[1]?.split(new RegExp(OF, 'i')).reverse();
  const keys = of ?? OWNED.exec(text)?.[1]?.split(/['’]s\s+/) ?? IN_A_ROW.exec(text)?.[1]?.split(/\s+/);
  if (keys === undefined) return null;
  const named = keys.map((key) =>
    key.startsWith('‹') ? (clause.slots[Number(/\d+/.exec(key)?.[0])]?.text ?? '') : key,
  );
  if (named.some((key) => key === '' || NO_FIELD.test(key))) return null;
  return unread(text, [
    ...named,
    's',
    'field',
    'key',
    'setting',
    'property',
    'entry',
    'option',
    'object',
    'section',
    'json',
    'config',
    'configuration',
    'extract',
    'read',
    'look',
    'up',
    'out',
    'fetch',
    'retrieve',
    'there',
    'under',
    'from',
  ]).length === 0
    ? named
    : null;
}
