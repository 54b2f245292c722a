/** A sentence's arithmetic in the calculator's syntax, or null when any of its words is not arithmetic. */
import { digitsForWords } from '../language/numbers.ts';

const FUNCTIONS = new Set(
  (
    'sqrt cbrt abs exp log log10 log2 ln sin cos tan asin acos atan sinh cosh tanh floor ceil round factorial gcd lcm max min ' +
    'mean median sum prod std variance mode mod nthRoot combinations permutations isPrime number det inv transpose pow sign hypot'
  ).split(' '),
);
const CONSTANTS = new Set(['pi', 'e', 'tau', 'phi', 'i', 'deg', 'rad']);

type Rule = readonly [RegExp, string | ((...groups: string[]) => string)];
const n = '(-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|\\([^()]*\\))';
const PARTS: Readonly<Record<string, number>> = {
  hal: 2,
  thi: 3,
  qua: 4,
  fou: 4,
  fif: 5,
  six: 6,
  eig: 8,
  ten: 10,
};
const RULES: readonly Rule[] = [
  [/[×✕⋅·]/g, '*'],
  [/÷/g, '/'],
  [/[−–—](?=\s*[\d(])/g, '-'],
  [/²/g, '^2'],
  [/³/g, '^3'],
  [/π/g, 'pi'],
  [/√\s*\(/g, 'sqrt('],
  [/√\s*(\d+(?:\.\d+)?)/g, 'sqrt($1)'],
  [/\*\*/g, '^'],
  [/\bmath\.(?=\w)/g, ''],
  [/[$€£]\s*(?=\d)/g, ''],
  [/(?<=\d)\s*(?:dollars|euros|usd|eur)\b/gi, ''],
  // Between the arguments of a function, as in gcd(84,126), a comma is no mark of thousands.
  [/(?<![A-Za-z]\([^()]*)(?<=\d),(?=\d{3}(?!\d))/g, ''],
  [/\s*,\s*(?=(?:then\s+)?(?:plus|minus|times|divided|multiplied|added)\b)/gi, ' '],
  [/\s+(?:as|in) (?:a )?decimal(?: number| fraction| form)?$/gi, ''],
  [/^(?:what|how much) (?:does|do|will|would|is) (?=an? \d)/gi, ''],
  [/\bper\s?cent\b|\bpercent\b|\bpct\b/gi, '%'],
  // The square brackets of these stand for one operand: a number, a name, or something in brackets.
  [
    new RegExp(
      `\\b(?:what )?percent(?:age)? (?:change|increase|decrease|difference) (?:from|between) ${n} (?:to|and) ${n}`,
      'gi',
    ),
    '(($2)-($1))/($1)*100',
  ],
  [new RegExp(`\\b% (?:change|increase|decrease) from ${n} to ${n}`, 'gi'), '(($2)-($1))/($1)*100'],
  [new RegExp(`\\b(?:what|which) (?:percentage|%|fraction in %) of ${n} is ${n}`, 'gi'), '($2)/($1)*100'],
  [new RegExp(`(?:what|which) % of ${n} is ${n}`, 'gi'), '($2)/($1)*100'],
  [new RegExp(`^${n} is (?:what|which) (?:percentage|%) of ${n}$`, 'gi'), '($1)/($2)*100'],
  [new RegExp(`^${n} as an? (?:percentage|%) of ${n}$`, 'gi'), '($1)/($2)*100'],
  [new RegExp(`${n}\\s*% (?:off(?: of)?|less than) ${n}`, 'gi'), '($2)*(1-($1)/100)'],
  [new RegExp(`${n}\\s*% (?:more than|on top of) ${n}`, 'gi'), '($2)*(1+($1)/100)'],
  [
    new RegExp(
      `(?:\\ban? )?${n}(?:[ -](?:dollar|euro|pound))?(?: (?!(?:plus|minus|times|and|or|off|of|to|by)\\b)[a-z]+)?(?: costs?| be)?,? (?:with|after|at|minus|less|given|applying)(?: applying)? (?:an? )?${n}\\s*% (?:off|discount|reduction|rebate|markdown|price cut|cut)(?: applied)?`,
      'gi',
    ),
    '(($1)*(1-($2)/100))',
  ],
  [
    new RegExp(
      `${n},? (?:with|after|plus|including|adding|and)(?: adding)? (?:an? )?${n}\\s*% (?:(?:sales )?tax|vat|gst|tip|mark-?up|surcharge|increase|interest|raise)(?: (?:added|included|applied))?`,
      'gi',
    ),
    '(($1)*(1+($2)/100))',
  ],
  [
    new RegExp(`\\bapply (?:an? )?${n}\\s*% (?:discount|reduction|rebate) (?:to|on) ${n}`, 'gi'),
    '(($2)*(1-($1)/100))',
  ],
  [
    new RegExp(`${n} (?:discounted|reduced|lowered|marked down|cut) by ${n}\\s*%`, 'gi'),
    '(($1)*(1-($2)/100))',
  ],
  [new RegExp(`\\b(?:the )?ratio (?:of|between) ${n} (?:and|to) ${n}`, 'gi'), '($1/$2)'],
  [new RegExp(`(?:increase|raise) ${n} by ${n}\\s*%`, 'gi'), '($1)*(1+($2)/100)'],
  [new RegExp(`(?:decrease|reduce|lower|discount) ${n} by ${n}\\s*%`, 'gi'), '($1)*(1-($2)/100)'],
  [new RegExp(`${n} (?:increased|raised|plus an increase of) by ${n}\\s*%`, 'gi'), '($1)*(1+($2)/100)'],
  [new RegExp(`${n} (?:decreased|reduced|discounted|lowered) by ${n}\\s*%`, 'gi'), '($1)*(1-($2)/100)'],
  [new RegExp(`${n} plus ${n}\\s*%`, 'gi'), '($1)*(1+($2)/100)'],
  [new RegExp(`${n} minus ${n}\\s*%`, 'gi'), '($1)*(1-($2)/100)'],
  [new RegExp(`(?:\\ban? )?${n}\\s*% (?:tip|tax|vat|gratuity|commission) (?:on|of) `, 'gi'), '($1/100)*'],
  [new RegExp(`${n}\\s*% of `, 'gi'), '($1/100)*'],
  [new RegExp(`\\b(?:a |one )?half (?:of )?${n}`, 'gi'), '(0.5*$1)'],
  [new RegExp(`\\b(?:a |one )?third of ${n}`, 'gi'), '((1/3)*$1)'],
  [new RegExp(`\\b(?:a |one )?quarter of ${n}`, 'gi'), '(0.25*$1)'],
  [
    new RegExp(
      `\\b(an?|\\d+) (half|halves|thirds?|quarters?|fourths?|fifths?|sixths?|eighths?|tenths?) of ${n}`,
      'gi',
    ),
    (_, count = '', part = '', of = '') =>
      `(${/^a/i.test(count) ? 1 : count}/${PARTS[part.toLowerCase().slice(0, 3)]}*${of})`,
  ],
  [/\b(?:twice|double)\b/gi, '2*'],
  [/\btriple\b/gi, '3*'],
  [
    new RegExp(
      `^by (?:what|how many) (?:%|percentage) .*\\b(?:fall|falls|fell|drop|drops|dropped|decrease[sd]?|shrink|shrank|decline[sd]?|cheaper)\\b.*\\bfrom ${n} to ${n}$`,
      'gi',
    ),
    '(($1)-($2))/($1)*100',
  ],
  [
    new RegExp(
      `^by (?:what|how many) (?:%|percentage) .*\\b(?:grow|grows|grew|rise|rises|rose|increase[sd]?|change[sd]?|gain(?:s|ed)?|climb(?:s|ed)?|go(?:es)? up)\\b.*\\bfrom ${n} to ${n}$`,
      'gi',
    ),
    '(($2)-($1))/($1)*100',
  ],
  [new RegExp(`\\badd ${n}\\s*% to ${n}`, 'gi'), '($2)*(1+($1)/100)'],
  [new RegExp(`\\b(?:subtract|take|deduct) ${n}\\s*% (?:off|from|off of) ${n}`, 'gi'), '($2)*(1-($1)/100)'],
  [
    /\b(?:the )?(?:sum|total) (?:of )?(?:all )?(?:the )?(?:integers|numbers|whole numbers|natural numbers) (?:from |between )?(\d+) (?:to|through|up to|and) (\d+)(?: inclusive)?/gi,
    '(($1+$2)*($2-$1+1)/2)',
  ],
  [new RegExp(`\\badd ${n} (?:to|and) ${n}`, 'gi'), '($1)+($2)'],
  [new RegExp(`\\bsubtract ${n} from ${n}`, 'gi'), '($2)-($1)'],
  [new RegExp(`\\bmultiply ${n} (?:by|and|with) ${n}`, 'gi'), '($1)*($2)'],
  [new RegExp(`\\bdivide ${n} by ${n}`, 'gi'), '($1)/($2)'],
  [new RegExp(`\\braise ${n} to the (?:power (?:of )?)?${n}(?:st|nd|rd|th)?(?: power)?`, 'gi'), '($1)^($2)'],
  [
    new RegExp(
      `\\b(?:the )?remainder (?:when|of|after|from) (?:dividing )?${n} (?:is )?(?:divided by|by|divides?) ${n}`,
      'gi',
    ),
    'mod($1,$2)',
  ],
  [
    new RegExp(
      `\\b(?:the )?(?:gcd|greatest common (?:divisor|factor|denominator)|highest common factor|hcf) (?:of|between) ${n} and ${n}`,
      'gi',
    ),
    'gcd($1,$2)',
  ],
  [
    new RegExp(
      `\\b(?:the )?(?:lcm|least common multiple|lowest common multiple) (?:of|between) ${n} and ${n}`,
      'gi',
    ),
    'lcm($1,$2)',
  ],
  [new RegExp(`\\b(?:the )?sum of ${n} and ${n}`, 'gi'), '($1+$2)'],
  [new RegExp(`\\b(?:the )?product of ${n} and ${n}`, 'gi'), '($1*$2)'],
  [new RegExp(`\\b(?:the )?difference (?:of|between) ${n} and ${n}`, 'gi'), '($1-$2)'],
  [new RegExp(`\\b(?:the )?(?:quotient|ratio) of ${n} (?:and|to) ${n}`, 'gi'), '($1/$2)'],
  [new RegExp(`\\b(?:the )?square of ${n}`, 'gi'), '(($1)^2)'],
  [new RegExp(`\\b(?:the )?cube of ${n}`, 'gi'), '(($1)^3)'],
  [new RegExp(`\\b${n} choose ${n}`, 'gi'), 'combinations($1,$2)'],
  [/\b(?:the )?(?:square root|sqrt) (?:of )?(\d+(?:\.\d+)?|\([^()]*\))/gi, 'sqrt($1)'],
  [/\b(?:the )?cube root (?:of )?(\d+(?:\.\d+)?|\([^()]*\))/gi, 'cbrt($1)'],
  [/\b(?:the )?(\d+)(?:st|nd|rd|th) root of (\d+(?:\.\d+)?|\([^()]*\))/gi, 'nthRoot($2,$1)'],
  [/\b(?:the )?factorial of (\d+)/gi, 'factorial($1)'],
  [/\b(\d+) factorial\b/gi, 'factorial($1)'],
  [/\b(?:the )?absolute value of (-?\d+(?:\.\d+)?|\([^()]*\))/gi, 'abs($1)'],
  [/\b(?:the )?(?:natural log(?:arithm)?|ln) (?:of )?(\d+(?:\.\d+)?|e\b|\([^()]*\))/gi, 'log($1)'],
  [/\blog(?:arithm)? base (\d+(?:\.\d+)?) of (\d+(?:\.\d+)?)/gi, 'log($2,$1)'],
  [/\blog(?:arithm)? (?:of )?(\d+(?:\.\d+)?) (?:to|in|with) (?:the )?base (\d+(?:\.\d+)?)/gi, 'log($1,$2)'],
  [/\bbase[- ](\d+) log(?:arithm)? of (\d+(?:\.\d+)?)/gi, 'log($2,$1)'],
  [/\bln\(/gi, 'log('],
  [
    /\b(?:the )?(sine?|cos(?:ine)?|tan(?:gent)?) (?:of )?(-?\d+(?:\.\d+)?)\s*(?:degrees?|deg|°)/gi,
    (_, name = '', x = '') => `${name.slice(0, 3).toLowerCase()}(${x} deg)`,
  ],
  [
    /\b(?:the )?(sine?|cos(?:ine)?|tan(?:gent)?) (?:of )?(-?\d+(?:\.\d+)?|pi(?:\/\d+)?)(?: rad(?:ian)?s?)?(?![\w(])/gi,
    (_, name = '', x = '') => `${name.slice(0, 3).toLowerCase()}(${x})`,
  ],
  [/(\d)\s*(?:°|degrees)(?!\w)/gi, '$1 deg'],
  [/\bsquared\b/gi, '^2'],
  [/\bcubed\b/gi, '^3'],
  [/\b(?:raised )?to the (?:power (?:of )?)(-?\d+(?:\.\d+)?)/gi, '^($1)'],
  [/\b(?:raised )?to the (\d+)(?:st|nd|rd|th)(?: power)?/gi, '^($1)'],
  [/\braised to\b/gi, '^'],
  [/\b(?:multiplied by|times)\b/gi, '*'],
  [/\b(?:divided by|over)\b/gi, '/'],
  [/\bplus\b|\badded to\b/gi, '+'],
  [/\bminus\b|\bless\b/gi, '-'],
  [/\bmod(?:ulo|ulus)?\b(?!\()/gi, ' mod '],
  [/(?<=[\d)])\s*[x]\s*(?=[\d(])/gi, '*'],
  [/\bthe\b/gi, ' '],
];

function rewritten(sentence: string): string {
  let text = sentence;
  for (const [pattern, replacement] of RULES) {
    text =
      typeof replacement === 'string'
        ? text.replace(pattern, replacement)
        : text.replace(pattern, replacement);
  }
  return text.replace(/\s+/g, ' ').trim();
}

const ORDINALS = (
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth ' +
  'sixteenth seventeenth eighteenth nineteenth twentieth'
).split(' ');
/** "to the third power", "the fifth root": the ordinals that are exponents, as digits. */
const withExponents = (text: string): string =>
  text.replace(
    new RegExp(
      `(\\bto the )?\\b(${ORDINALS.join('|')})\\b(?= (?:power|root)\\b)|(\\bto the )(${ORDINALS.join('|')})$`,
      'gi',
    ),
    (_, to = '', word = '', only = '', last = '') =>
      `${to}${only}${ORDINALS.indexOf((word || last).toLowerCase()) + 1}th`,
  );

/** @returns the expression, or null when something in the text is not arithmetic */
export function arithmeticOf(sentence: string): string | null {
  let text = withExponents(digitsForWords(sentence)).trim();
  // What a rule has put in brackets is an operand of the next: "multiply the sum of 2 and 3 by 4".
  for (let before = '', pass = 0; before !== text && pass < 4; pass += 1) {
    before = text;
    text = rewritten(text);
  }
  return isArithmetic(text) ? text : null;
}

/** Whether the text is a whole expression of numbers, operators and known functions that computes something. */
export function isArithmetic(text: string): boolean {
  const tokens = text.match(/\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+|[A-Za-z_]\w*|[-+*/^%!(),[\]]|\S/g) ?? [];
  let depth = 0;
  let operand = false;
  let operations = 0;
  let numbers = 0;
  for (const [at, token] of tokens.entries()) {
    if (/^[\d.]/.test(token)) {
      if (token === '.' || operand) return false;
      operand = true;
      numbers += 1;
    } else if (token === 'mod') {
      if (tokens[at + 1] === '(') {
        if (operand) return false;
      } else {
        if (!operand) return false;
        operand = false;
      }
      operations += 1;
    } else if (/^[A-Za-z_]/.test(token)) {
      const isFunction = FUNCTIONS.has(token) && tokens[at + 1] === '(';
      if (!isFunction && !CONSTANTS.has(token)) return false;
      if (isFunction) operations += 1;
      else if (token !== 'deg' && token !== 'rad') numbers += 1;
      if (isFunction && operand) return false;
      operand = !isFunction;
    } else if (token === '(' || token === '[') {
      depth += 1;
      if (operand) operations += 1;
      operand = false;
    } else if (token === ')' || token === ']') {
      if (!operand && tokens[at - 1] !== '(') return false;
      depth -= 1;
      if (depth < 0) return false;
      operand = true;
    } else if (token === ',') {
      if (depth === 0 || !operand) return false;
      operand = false;
    } else if (token === '%' || token === '!') {
      if (!operand) return false;
      operations += 1;
      // `7 % 3` is a remainder, `7%` a hundredth.
      if (token === '%' && /^[\d(]/.test(tokens[at + 1] ?? '')) operand = false;
    } else if (/^[-+*/^]$/.test(token)) {
      if (!operand && token !== '-' && token !== '+') return false;
      if (operand) operations += 1;
      operand = false;
    } else {
      return false;
    }
  }
  return operand && depth === 0 && operations > 0 && numbers > 0;
}
