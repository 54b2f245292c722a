/** Names of units as people write them, to the calculator's; both sides of a conversion must be of one dimension. */
type Dimension =
  | 'length'
  | 'mass'
  | 'time'
  | 'temperature'
  | 'volume'
  | 'area'
  | 'speed'
  | 'data'
  | 'energy'
  | 'power'
  | 'pressure'
  | 'angle'
  | 'force'
  | 'frequency'
  | 'bits';

const TABLE: Readonly<Record<Dimension, Readonly<Record<string, string>>>> = {
  length: {
    km: 'km|kms|kilometers?|kilometres?',
    m: 'm|meters?|metres?',
    cm: 'cm|cms|centimeters?|centimetres?',
    mm: 'mm|millimeters?|millimetres?',
    um: 'um|µm|micrometers?|micrometres?|microns?',
    nm: 'nm|nanometers?|nanometres?',
    mile: 'mi|miles?',
    yard: 'yd|yds|yards?',
    foot: 'ft|foot|feet',
    inch: 'in|inch|inches',
  },
  mass: {
    kg: 'kg|kgs|kilos?|kilograms?|kilogrammes?',
    g: 'g|grams?|grammes?',
    mg: 'mg|milligrams?',
    ug: 'ug|µg|micrograms?',
    lbm: 'lb|lbs|pounds?',
    oz: 'oz|ounces?',
    stone: 'stones?',
    tonne: 't|tonnes?|metric tons?',
    ton: 'short tons?|us tons?|tons?',
  },
  time: {
    second: 's|sec|secs|seconds?',
    ms: 'ms|milliseconds?|msecs?',
    us: 'us|µs|microseconds?',
    ns: 'ns|nanoseconds?',
    minute: 'min|mins|minutes?',
    hour: 'h|hr|hrs|hours?',
    day: 'd|days?',
    week: 'wk|weeks?',
    month: 'months?',
    year: 'yr|yrs|years?',
    decade: 'decades?',
    century: 'century|centuries',
  },
  temperature: {
    degC: '°\\s*c|c|celsius|centigrade|degrees? c(?:elsius|entigrade)?|deg c',
    degF: '°\\s*f|f|fahrenheit|degrees? f(?:ahrenheit)?|deg f',
    K: 'k|kelvins?|degrees? k(?:elvin)?',
  },
  volume: {
    liter: 'l|liters?|litres?',
    ml: 'ml|milliliters?|millilitres?',
    cl: 'cl|centiliters?|centilitres?',
    dl: 'dl|deciliters?|decilitres?',
    gallon: 'gal|gallons?|us gallons?',
    quart: 'qt|quarts?',
    pint: 'pt|pints?',
    cup: 'cups?',
    floz: 'fl\\.? ?oz|fluid ounces?',
    tablespoon: 'tbsp|tablespoons?',
    teaspoon: 'tsp|teaspoons?',
    m3: 'm3|m\\^3|m³|cubic met(?:er|re)s?',
    cm3: 'cm3|cm\\^3|cm³|cc|cubic centimet(?:er|re)s?',
    cuft: 'ft3|ft\\^3|cubic f(?:oo|ee)t',
    cuin: 'in3|cubic inch(?:es)?',
  },
  area: {
    m2: 'm2|m\\^2|m²|sqm|sq\\.? ?m|square met(?:er|re)s?',
    'km^2': 'km2|km\\^2|km²|sq\\.? ?km|square kilomet(?:er|re)s?',
    'cm^2': 'cm2|cm\\^2|cm²|square centimet(?:er|re)s?',
    sqft: 'ft2|ft\\^2|ft²|sq\\.? ?ft|square f(?:oo|ee)t',
    sqin: 'in2|square inch(?:es)?',
    sqmi: 'sq\\.? ?mi|square miles?',
    sqyd: 'square yards?',
    acre: 'acres?',
    hectare: 'ha|hectares?',
  },
  speed: {
    'km/hour': 'km/h|kmh|kph|kmph|kilomet(?:er|re)s? (?:per|an) hour',
    'mile/hour': 'mph|mi/h|miles? (?:per|an) hour',
    'm/s': 'm/s|mps|met(?:er|re)s? (?:per|a) second',
    'foot/second': 'ft/s|fps|feet (?:per|a) second',
  },
  data: {
    byte: 'b|bytes?',
    kB: 'kb|kilobytes?',
    MB: 'mb|megabytes?',
    GB: 'gb|gigabytes?',
    TB: 'tb|terabytes?',
    PB: 'pb|petabytes?',
    KiB: 'kib|kibibytes?',
    MiB: 'mib|mebibytes?',
    GiB: 'gib|gibibytes?',
    TiB: 'tib|tebibytes?',
    bit: 'bits?',
    kb: 'kilobits?|kbits?',
    Mb: 'megabits?|mbits?',
    Gb: 'gigabits?|gbits?',
  },
  bits: {},
  energy: {
    J: 'j|joules?',
    kJ: 'kj|kilojoules?',
    Wh: 'wh|watt[- ]?hours?',
    kWh: 'kwh|kilowatt[- ]?hours?',
    BTU: 'btus?',
    eV: 'ev|electron ?volts?',
  },
  power: { W: 'w|watts?', kW: 'kw|kilowatts?', MW: 'mw|megawatts?', hp: 'hp|horsepower' },
  pressure: {
    Pa: 'pa|pascals?',
    kPa: 'kpa|kilopascals?',
    bar: 'bars?',
    psi: 'psi',
    atm: 'atm|atmospheres?',
    mmHg: 'mmhg',
  },
  angle: { deg: '°|deg|degrees?', rad: 'rad|radians?' },
  force: { N: 'n|newtons?', lbf: 'lbf|pounds?[- ]force' },
  frequency: { Hz: 'hz|hertz', kHz: 'khz|kilohertz', MHz: 'mhz|megahertz', GHz: 'ghz|gigahertz' },
};

interface Unit {
  readonly symbol: string;
  readonly dimension: Dimension;
  readonly pattern: RegExp;
  readonly source: string;
}
const UNITS: readonly Unit[] = Object.entries(TABLE).flatMap(([dimension, units]) =>
  Object.entries(units).map(([symbol, source]) => ({
    symbol,
    dimension: dimension as Dimension,
    pattern: new RegExp(`^(?:${source})$`, 'i'),
    source,
  })),
);

function unitsNamed(name: string): readonly Unit[] {
  const wanted = name.trim().replace(/\s+/g, ' ');
  // An exact symbol first: `Mb` is not `MB`, `kb` as people write it is kilobytes.
  return UNITS.filter((unit) => unit.pattern.test(wanted) || unit.symbol === wanted);
}

export interface Conversion {
  readonly expression: string;
  readonly unit: string;
  readonly asked: string;
}

/** A conversion of `amount` between units written as people write them; null when they don't fit together. */
export function conversionOf(amount: string, from: string, to: string): Conversion | null {
  for (const source of unitsNamed(from)) {
    const target = unitsNamed(to).find((unit) => unit.dimension === source.dimension);
    if (target === undefined) continue;
    return {
      expression: `number(${amount} ${source.symbol}, ${target.symbol})`,
      unit: to.trim(),
      asked: `${amount} ${from.trim()} in ${to.trim()}`,
    };
  }
  return null;
}
