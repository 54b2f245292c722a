/** What people and models write beside the library's own notation, and the units it does not know. */

const SIGNS = new Map([
  ...['×', '·', '⋅', '∙'].map((sign) => [sign, '*']),
  ['÷', '/'],
  ...['−', '–', '‐', '‑'].map((sign) => [sign, '-']),
  ['≤', '<='],
  ['≥', '>='],
  ['≠', '!='],
  ['π', ' pi '],
  ['°C', ' degC'],
  ['°F', ' degF'],
  ['°', ' deg'],
  ['**', '^'],
]);
const SIGN = /[×·⋅∙÷−–‐‑≤≥≠π]|°[CF]?|\*\*/g;
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** The text with typographic signs, superscripts, roots, `ln` and "10% of 50" as the parser reads them. */
export function plainNotation(text) {
  return text
    .replace(SIGN, (sign) => SIGNS.get(sign))
    .replace(/(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_all, minus, digits) => {
      const power = [...digits].map((digit) => SUPERSCRIPTS.indexOf(digit)).join('');
      return minus ? `^(-${power})` : `^${power}`;
    })
    .replace(/√\s*(\d+(?:\.\d+)?|[A-Za-z]\w*)/g, 'sqrt($1)')
    .replace(/√\s*\(/g, 'sqrt(')
    .replace(/\bln\s*\(/g, 'log(')
    .replace(/(\d)\s*percent\b/g, '$1%')
    .replace(/%\s*of\b/g, '% *');
}

/** Exact by definition, from the SI brochure and the IAU. */
const UNITS = {
  mph: '1 mile / hour',
  kph: '1 km / hour',
  knot: { definition: '1.852 km / hour', aliases: ['knots'] },
  nauticalmile: { definition: '1852 m', aliases: ['nauticalmiles'] },
  lightyear: { definition: '9460730472580800 m', aliases: ['lightyears'] },
  au: { definition: '149597870700 m', aliases: ['astronomicalunit', 'astronomicalunits'] },
  cal: { definition: '4.184 J', prefixes: 'short' },
  calorie: { definition: '4.184 J', prefixes: 'long', aliases: ['calories'] },
};

/** Teaches one instance of the library the further units. */
export function addUnits(math) {
  math.createUnit(UNITS);
}
