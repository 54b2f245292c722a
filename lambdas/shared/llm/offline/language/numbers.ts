const UNITS: Readonly<Record<string, number>> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
};
const TENS: Readonly<Record<string, number>> = {
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
};
const SCALES: Readonly<Record<string, number>> = {
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
};

const WORD = `(?:${[...Object.keys(UNITS), ...Object.keys(TENS), ...Object.keys(SCALES), 'hundred'].join('|')})`;
const NUMBER_WORDS = new RegExp(
  `\\b(?:a (?=hundred|thousand|million))?${WORD}(?:(?:[\\s-]+|\\s+and\\s+)${WORD})*\\b`,
  'gi',
);

/** English number words to digits: `two hundred and five` → `205`. Digits before a scale word count: `3 million`. */
export function digitsForWords(text: string): string {
  return text
    .replace(
      /(\d+(?:\.\d+)?)\s*(thousand|million|billion|trillion)\b/gi,
      (_, digits: string, scale: string) => String(Number(digits) * (SCALES[scale.toLowerCase()] ?? 1)),
    )
    .replace(NUMBER_WORDS, (words) => numberIn(words) ?? words);
}

/** Null when the words are several numbers in a row (`two three`) and not one. */
function numberIn(words: string): string | null {
  let total = 0;
  let current = 0;
  let last = Number.POSITIVE_INFINITY;
  for (const word of words
    .toLowerCase()
    .replace(/\b(?:and|a)\b/g, ' ')
    .split(/[\s-]+/)
    .filter(Boolean)) {
    const unit = UNITS[word];
    const ten = TENS[word];
    const scale = SCALES[word];
    if (unit !== undefined) {
      if (last < 20) return null;
      current += unit;
      last = 1;
    } else if (ten !== undefined) {
      if (last < 100) return null;
      current += ten;
      last = 20;
    } else if (word === 'hundred') {
      current = (current || 1) * 100;
      last = 100;
    } else if (scale !== undefined) {
      total += (current || 1) * scale;
      current = 0;
      last = 1000;
    }
  }
  return String(total + current);
}
