/** Ways of speaking about tables, in the plainer words that the rules for tables read. */
import { escapeRegExp } from '../language/mask.ts';

const ENTITIES =
  'everybody|everyone|employees?|workers?|products?|people|persons?|customers?|clients?|users?|orders?|students?|transactions?|sales?|purchases?|items?|cars?|books?|movies?|films?|cities|city|countries|country|players?|patients?|members?|staff|companies|company|tickets?|events?|logs?|accounts?|invoices?|payments?|articles?|songs?|animals?|houses?|properties|property|flights?|visits?|measurements?|readings?|experiments?|samples?|teams?|projects?|tasks?|courses?|stores?|shops?|suppliers?|vendors?|vehicles?|devices?|sensors?|trips?|games?|matches|subscribers?|donors?|donations?|expenses?|deliveries|delivery|shipments?|applicants?|candidates?|reviews?|ratings?|sessions?|requests?|errors?';

const key = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[\s_-]+/g, '')
    .replace(/s$/, '');

/** The first of these columns that the table has. */
const columnAmong = (header: readonly string[], names: readonly string[]): string | undefined =>
  header.find((column) => names.some((name) => key(column) === name || key(column).endsWith(name)));

const DIMENSIONS: ReadonlyArray<
  readonly [more: string, less: string, most: string, least: string, columns: readonly string[]]
> = [
  ['older', 'younger', 'oldest', 'youngest', ['age']],
  [
    'more expensive|pricier|costlier|costing more',
    'cheaper|less expensive|costing less',
    'most expensive|priciest|costliest',
    'cheapest|least expensive',
    ['price', 'cost', 'amount'],
  ],
  ['taller', 'shorter', 'tallest', 'shortest', ['height']],
  ['heavier', 'lighter', 'heaviest', 'lightest', ['weight']],
  [
    'earning more|paid more|(?:who|that) earns? more|making more',
    'earning less|paid less|(?:who|that) earns? less|making less',
    'highest[- ]paid|best[- ]paid|top[- ]earning',
    'lowest[- ]paid|worst[- ]paid',
    ['salary', 'wage', 'income', 'pay'],
  ],
];

/** Rewrites a question; `header` and the file's name say what a row is called. */
export function paraphrase(question: string, header: readonly string[] | null, path: string | null): string {
  let text = question;
  const columns = new Set((header ?? []).map(key));
  text = text.replace(
    /\b(total|sum of|average|mean|max|maximum|min|minimum)\s+(?:the\s+)?(?:[a-z]+\s+){0,3}\(\s*((?:the\s+)?[\w ]+?\s*(?:\*|×|times|multiplied by|\+|-|\/)\s*[\w ]+?)\s*\)/gi,
    '$1 $2',
  );
  text = text.replace(
    /\bdifference between the (?:(?:highest|largest|biggest|greatest|maximum|max)( [\w ]+?)? and (?:the )?(?:lowest|smallest|least|minimum|min)|(?:lowest|smallest|least|minimum|min)( [\w ]+?)? and (?:the )?(?:highest|largest|biggest|greatest|maximum|max))\b(?: (?=\w))?/gi,
    (_, first: string | undefined, second: string | undefined) => `range of ${first ?? second ?? ''} `,
  );
  text = text.replace(
    /\b([a-z]+)\s*\(\s*((?:the\s+)?[\w ]+?\s*(?:\*|×|times|multiplied by|\+|-|\/)\s*[\w ]+?)\s*\)/gi,
    (all, word: string, formula: string) => (columns.has(key(word)) ? all : formula),
  );
  text = text.replace(
    /\b(total|sum of|average|mean|max|maximum|min|minimum|overall)\s+([a-z]+),?\s+(?:=|as|defined as|computed as|calculated as|meaning|i\.e\.,?|which is|that is)\s+((?:the\s+)?[\w]+\s*(?:\*|×|times|multiplied by|\+|-|\/)\s*(?:the\s+)?\w+)/gi,
    '$1 $3',
  );
  text = text.replace(/\b(?:for|in|of|within|per)\s+(?:each|every|the)?\s*groups?\b/gi, ' ');
  for (const [more, less, most, least, names] of DIMENSIONS) {
    const column = columnAmong(header ?? [], names);
    if (column === undefined) continue;
    text = text
      .replace(
        new RegExp(`\\b(?:(?:who|that|which)\\s+(?:is|are)\\s+)?(?:${more})\\s+than\\b`, 'gi'),
        `with ${column} greater than`,
      )
      .replace(
        new RegExp(`\\b(?:(?:who|that|which)\\s+(?:is|are)\\s+)?(?:${less})\\s+than\\b`, 'gi'),
        `with ${column} less than`,
      )
      .replace(
        new RegExp(`\\b(\\d+)\\s+(${most}|${least})\\s+[a-z]+\\b`, 'gi'),
        (_, count: string, word: string) =>
          `${count} rows with the ${new RegExp(`^(?:${most})$`, 'i').test(word) ? 'highest' : 'lowest'} ${column}`,
      )
      .replace(
        new RegExp(
          `\\b(?:who|which|what)(?:\\s+[a-z]+)?\\s+is\\s+(?:the\\s+)?(${most}|${least})(?:\\s+[a-z]+)?\\b`,
          'gi',
        ),
        (_, word: string) =>
          `which row has the ${new RegExp(`^(?:${most})$`, 'i').test(word) ? 'highest' : 'lowest'} ${column}`,
      )
      .replace(
        new RegExp(`\\bthe\\s+(${most}|${least})\\s+[a-z]+\\b`, 'gi'),
        (_, word: string) =>
          `the row with the ${new RegExp(`^(?:${most})$`, 'i').test(word) ? 'highest' : 'lowest'} ${column}`,
      );
  }
  for (const word of ['total', 'count', 'average']) {
    if (header !== null && columns.has(word)) {
      text = text.replace(
        new RegExp(
          `(?<!\\b(?:sum|total|mean|average|median|max|min|maximum|minimum|of|by|column|the sum of)\\s+(?:the\\s+)?)\\b${word}s?\\b(?=\\s+(?:per|by|for each|in each|of each|for every)\\b)`,
          'gi',
        ),
        `sum of ${word}`,
      );
    }
  }
  const stem =
    (path ?? '')
      .split('/')
      .pop()
      ?.replace(/\.[^.]*$/, '') ?? '';
  const named = /^[a-z]{3,}$/i.test(stem)
    ? `|${escapeRegExp(stem)}|${escapeRegExp(stem.replace(/s$/, ''))}`
    : '';
  return text.replace(
    new RegExp(
      `(?<!\\b(?:column|named|called)\\s+)\\b(?:${ENTITIES}${named})\\b(?!\\s*(?:column|=|>|<|is\\b|_))`,
      'gi',
    ),
    (word, at: number) => {
      // In flights.csv with a column flight, "how many flights" asks for rows.
      if (
        /s$/i.test(word) &&
        word.toLowerCase() === stem.toLowerCase() &&
        /\b(?:how many|number of|of|keep)\s+$/i.test(text.slice(0, at))
      )
        return 'rows';
      // A capital in the middle of a sentence is a name: "the Sales department".
      if (/^[A-Z]/.test(word) && text.slice(0, at).trim() !== '') return word;
      if (columns.has(key(word)) || /^data$/i.test(word) || columns.has(key(word.replace(/ies$/i, 'y'))))
        return word;
      return /s$|people|staff|every/i.test(word) && !/^sale$/i.test(word) ? 'rows' : 'row';
    },
  );
}
