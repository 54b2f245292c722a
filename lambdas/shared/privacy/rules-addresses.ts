/** Postal addresses as far as their form gives them away: a street word with a number, a post box, a labelled line. */
import type { Around, Rule } from './rule.ts';

const name = "[\\p{Lu}][\\p{L}'’.-]*";
const title = "(?:[\\p{Lu}\\d][\\p{L}\\d'’.-]*)";
const streetWords =
  'Street|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|Tce|Way|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Trl|Close|Cl|Crescent|Cres|Gardens|Gdns|Grove|Mews|Row|Walk|Hill|Quay|Wharf|Broadway|Loop|Plaza|Alley|Path|Turnpike|Expressway|Esplanade|Parade|Pde|Rise|View|Green|Heights|Nagar|Marg|Layout|Colony|Chowk|Bazaar|Cross|Point|Quadrangle|Quad|Laneway|Circuit|Arcade|Siding|Approach|Ridge|Run|Pass|Spur|Bend|Cove|Crossing|Glen|Knoll|Landing|Manor|Meadows?|Park|Pike|Shore|Springs?|Valley|Vista|Mall|Motorway';
const ambiguous =
  /\b(?:Way|Pass|Run|View|Green|Point|Park|Cross|Rise|Row|Path|Mall|Hill|Bend|Valley|Springs?|Glen|Vista|Loop|Plaza|Shore|Heights)\.?$/;
const unit =
  '(?:,?\\s+(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|Building|Bldg|Level|Lot)\\.?\\s*#?\\s*[\\w-]{1,6}|,?\\s+#\\s?[\\w-]{1,6})';
const zip =
  '(?:[A-Z]{2}\\s+\\d{5}(?:-\\d{4})?|[A-Z]{1,2}\\d[A-Z\\d]?\\s?\\d[A-Z]{2}|[A-Z]\\d[A-Z][ -]?\\d[A-Z]\\d|(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT)\\s+\\d{4}|\\d{4,6}(?:-\\d{3,4})?)';
const town = `${name}(?![\\p{L}\\d])`;
const cityTail = `(?:,\\s*(?:${zip}\\s+)?${town}(?:[ -]${town}){0,3}){0,3}(?:,?\\s+${zip}(?![\\w-]))?(?:,\\s*(?:USA|U\\.S\\.A\\.|US|UK|United Kingdom|United States|Canada|Australia|India|Ireland|England|Scotland|Wales|New Zealand))?`;

const isDay =
  /^(?:[0-2]?\d|3[01])\s(?:January|February|March|April|May|June|July|August|September|October|November|December)\s\p{Lu}\p{Ll}+$/u;

/** "In 2023 Wall Street", "the 5 Way": a year or a count in front of a name. */
function isStreet(value: string, around: Around): boolean {
  // 1 May Street parties: a day.
  if (isDay.test(value)) return false;
  const number = /^\d+/.exec(value)?.[0] ?? '';
  const isYear = /^(?:19|20)\d{2}$/.test(number);
  if (
    isYear &&
    /\b(?:in|since|by|of|during|from|until|before|after|circa|summer|winter|spring|fall|autumn|early|late|mid)\s*$/i.test(
      around.before,
    )
  )
    return false;
  if (
    !/,.*\d[A-Z\d]*$/.test(value) &&
    /(?:[$€£#:]|\b(?:top|best|version|v|chapter|page|section|step|figure|level|episode|season|volume|part|the|these|those|all|over|about|nearly|almost|only|\d))\s*$/i.test(
      around.before,
    ) &&
    !/\b(?:to|at|address|is):?\s*$/i.test(around.before)
  ) {
    if (
      !/\b(?:address|lives?|live|located|resid\w+|ship\w*|deliver\w*|mail\w*)\b[^\n]{0,40}$/i.test(
        around.before,
      )
    )
      return false;
  }
  const street = value.split(/,|\s(?:Apt|Suite|Ste|Unit|Flat)\b/)[0] ?? '';
  // Words that are streets only sometimes need a city, a unit or a label with them.
  if (ambiguous.test(street.trim()) && value.length === street.length)
    return /\b(?:address|lives?|living|live|located|resid\w+|ship\w*|deliver\w*|mail\w*|at|to|moved)\b[^\n]{0,30}$/i.test(
      around.before,
    );
  return true;
}

const labels =
  '(?:(?:home|street|mailing|postal|billing|shipping|delivery|residential|current|work|office)\\s+)?address(?:\\s+is|\\s+was)?|lives?\\s+at|living\\s+at|resid(?:es?|ing)\\s+at|ship(?:ped)?\\s+to|deliver(?:ed)?\\s+to|mail(?:ed)?\\s+to|anschrift|adresse|dirección|indirizzo|endereço|adres';
/** "Address:" begins lines. */
const label = labels.replace(
  /(^|\(\?:|\|)(\p{Ll})/gu,
  (_, open: string, letter: string) => `${open}[${letter.toUpperCase()}${letter}]`,
);

const address = (source: string, valid?: Rule['valid'], flags = 'gu', needs?: RegExp): Rule => ({
  type: 'address',
  pattern: new RegExp(source, flags),
  ...(valid ? { valid } : {}),
  ...(needs ? { needs } : {}),
});
/** A post code after a comma; names alone are everywhere, and costly to look behind. */
const codeAfterComma = /,\s*(?:[A-Z]{1,2}-)?\d{2}[\d-][\d\s]/;

const word = "[\\p{Lu}][\\p{L}'’-]*";
const city = `(?:d[aeo]s?\\s)?(?:(?:Col|Fracc|Urb|Del|Bo|Mah)\\.\\s)?${word}(?:(?:[ -](?:am|an|der|im|aan|de|vorm|vor|bei|in|ob|la|las|los|le|les|sur|sous|en|lès|aux?|di|del|della|de|den|do|da|dos|das|of|the|upon|[0-9][ªº])){0,2}[ -]${word}){0,4}`;
const region = '(?:\\s+\\([A-Z]{2}\\)|\\s\\/\\s[A-Z]{2}(?![A-Za-z])|\\s-\\s[A-Z]{2}(?![A-Za-z]))?';
const inner =
  '(?:,?\\s+(?:Apt|Apartamento|Appartamento|Piano|Interno|Int|Scala|Esc|Piso|Puerta|Planta|Bajo|Ático|Apto|Bloco|Casa|Sala|Apt\\.|Apto\\.|app\\.|étage|Etage|Whg|Wohnung)\\.?\\s*\\d{1,4}[A-Za-z]?){0,2}';
/** What follows a street on the continent: floor, quarter, post code, town, province. */
const code =
  '(?:[A-Z]{1,2}-)?(?:\\d{5}-?\\d{3}|\\d{4}-\\d{3}|\\d{4}\\s?[A-Z]{2}(?![A-Za-z])|\\d{2}-\\d{3}|\\d{3}\\s\\d{2}|\\d{4,6})';
const country =
  '(?:,\\s*(?:France|Italy|Italia|Germany|Deutschland|Spain|España|Portugal|Brazil|Brasil|Netherlands|Nederland|Switzerland|Schweiz|Suisse|Austria|Österreich|Belgium|Belgique|België|Poland|Polska|Norway|Norge|Sweden|Sverige|Denmark|Danmark|Finland|Mexico|México|Argentina|Colombia)\\b)?';
const tail = `${inner}(?:,?\\s+(?:\\d[°ºª]?\\s?[A-Z]?,\\s*)?(?:${city},\\s*){0,2}${code}(?:,?\\s+${city})?${region}|(?:,\\s*${city}){1,2},\\s*${code}(?:,?\\s+${city})?${region}|(?:(?:,|\\s[-–])\\s*${city}){1,3}${region}(?:,\\s*\\d{5}-?\\d{3})?)?${country}`;
const anchoredTail = `${inner}(?:,\\s*(?:${city},\\s*){0,2}|\\s+)${code}(?:,?\\s+${city})?${region}`;
const particle =
  "(?:[Dd][eiou]s?|[Dd]el|[Dd]ella|[Dd]elle|[Dd]ei|[Dd]egli|[Dd]ell'|de|[Ll]a|las|los|[Ll]es?|[Ll]'|[Dd]'|[Dd]u|da|das|do|dos|san|santa|y|e|et|sur)";
const latinName = `(?:${particle}\\s?){0,3}(?:[\\p{Lu}\\d][\\p{L}\\d'’.-]*)(?:[ -](?:${particle}\\s?){0,3}[\\p{Lu}\\d][\\p{L}\\d'’.-]*){0,4}`;
const frenchWords =
  '[Rr]ue|[Aa]venue|[Aa]v\\.|[Bb]oulevard|[Bb]d\\.?|[Bb]lvd|[Pp]lace|[Cc]hemin|[Aa]llée|[Ii]mpasse|[Qq]uai|[Cc]ours|[Rr]oute|[Ss]quare|[Pp]assage|[Ff]aubourg|[Vv]illa|[Rr]uelle|[Ss]entier|[Mm]ontée|[Ee]splanade';
const latinWords =
  'Jalan|Jl\\.|Lorong|Carrera|Cra\\.|Transversal|Calle|C\\/|C\\.|Avenida|Avda\\.?|Av\\.|Plaza|Pza\\.?|Paseo|P\\.º|Carrer|Camino|Ronda|Travesía|Glorieta|Carretera|Urbanización|Cañada|Callejón|Cuesta|Pasaje|Vial|Rambla|Acceso|Alameda|Pasadizo|Via|Viale|V\\.le|Piazza|Piazzale|P\\.zza|Corso|C\\.so|Largo|Vicolo|Strada|Stretto|Canale|Borgo|Incrocio|Rotonda|Lungotevere|Lungarno|Contrada|Rua|R\\.|Travessa|Praça|Rodovia|Estrada|Ladeira|Praceta|Pátio|Lagoa?|Esplanada|Conjunto|Recanto|Morro|Vale|Quadra|Setor|Favela|Jardim|Loteamento|Vereda|Trecho|Passarela|Aeroporto|Campo|Chácara|Colônia|Condomínio|Distrito|Estação|Feira|Fazenda|Núcleo|Parque|Residencial|Sítio|Trevo|Viaduto|Viela|Vila|Via|Área|Jirón|Jr\\.|Calzada|Bulevar|Blvd\\.';

const notStreets =
  'January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Figure|Table|Section|Chapter|Page|Line|Version|Order|Invoice|Step|Part|Item|Row|Room|Gate|Flight|Model|Python|Windows|Java|Node';
/** `Via` and `Campo` begin sentences too; a street goes on with a name and not with a verb's subject. */
const isNotSentence = (value: string) =>
  !/^(?:Via|Largo|Vale|Campo|Parque|Rambla)\s(?:email|the|our|a|API|SMS|HTTP)\b/i.test(value);

export const addressRules: readonly Rule[] = [
  // 221B Baker Street, London NW1 6XE; 1600 N. Amphitheatre Pkwy, Mountain View, CA 94043
  address(
    `(?<![\\w.,$€£#/-])\\d{1,6}(?:[A-Za-z]|-\\d{1,5}[A-Za-z]?|\\/\\d{1,4})?,?\\s+(?:${title}\\s+){1,5}?(?:${streetWords})\\b(?!-\\p{Ll})\\.?(?:\\s(?:${streetWords})\\b\\.?)?(?:\\s+(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\\b\\.?)?(?:${unit}){0,2}${cityTail}`,
    isStreet,
  ),
  // 350 Fifth Avenue stands above; Avenue names such as "Avenue of the Americas", "Broadway".
  address(
    `(?<![\\w.,$€£#/-])\\d{1,5}\\s+(?:Avenue|Rue|Place|Calle|Camino|Via|Rua|Broadway|The)\\s+(?:of\\s+the\\s+|of\\s+|the\\s+)?${name}(?:\\s+${name})?(?:${unit}){0,2}${cityTail}`,
    isStreet,
  ),
  address(`(?<![\\w.,$€£#/-])\\d{1,5}\\s+Broadway(?:${unit}){0,2}${cityTail}`),
  // 123 main st, springfield: only where the words leave no doubt.
  address(
    `(?<![\\w.,$€£#/-])\\d{1,6}[a-z]?\\s+(?:(?:n|s|e|w|north|south|east|west)\\.?\\s+)?(?!(?:the|a|an|of|way|lane|dirt|side|busy|miles?|km|blocks?|other|more|new|main road|long|small|different|down|up)\\s)[a-z]{3,20}(?:\\s[a-z]{3,20})?\\s+(?:street|avenue|ave|boulevard|blvd|road|rd|drive|lane|court|st)\\b\\.?(?:,?\\s+(?:apt|apartment|suite|unit|flat|#)\\.?\\s*[\\w-]{1,6})?(?:,\\s*[a-z]+(?:\\s[a-z]+)?(?:,?\\s+[a-z]{2})?(?:\\s+\\d{5})?)?`,
    (value, around) =>
      !/\b(?:walk|drive|drove|ran|run|down|up|about|over|only|closed|opened|repaired|paved|km|miles?)\b[^\n]{0,15}$/i.test(
        around.before,
      ) && value.length > 8,
  ),
  // Unit first: Flat 3, 12 High Street
  address(
    `(?<![\\w])(?:Flat|Apartment|Apt|Unit|Suite|House|Plot|Door|Shop|Office|Villa)\\.?\\s*(?:No\\.?\\s*)?#?[\\w/-]{1,8},\\s*(?:\\d{1,5}[A-Za-z]?,?\\s+)?(?:${title}[ ,]+){1,8}(?:${streetWords}|${name})\\b${cityTail}`,
    (value) => /\d/.test(value),
  ),
  // Level 5, 1 Martin Place, Sydney NSW 2000
  address(
    `(?<![\\w])(?:Level|Floor|Lot|Room|Building|Tower|Block)\\s+[\\w/-]{1,6},\\s*\\d{1,5}[A-Za-z]?,?\\s+(?:${title}\\s+){1,5}?(?:${streetWords})\\b\\.?${cityTail}`,
  ),
  // Atatürk Caddesi No: 12, 34000 İstanbul
  address(
    `(?<![\\p{L}\\d])(?:${name}\\s){0,4}(?:Sokak|Sokağı|Sok\\.|Sk\\.|Caddesi|Cadde|Cad\\.|Cd\\.|Bulvarı|Mahallesi|Mah\\.)(?:,?\\s${name}){0,3},?\\s+No\\s?[:.]\\s?\\d{1,4}(?:\\s?[/-]\\s?[\\dA-Z]{1,4})?(?:,?\\s+(?:${name}[,/ ]+){0,2}\\d{5}(?:\\s+${name}(?:\\/${name})?)?)?`,
  ),
  // Post boxes.
  address(
    `(?<![\\w])(?:P\\.?\\s?O\\.?\\s*Box|Post Office Box|Postfach|Apartado|Boîte postale|B\\.?P\\.?|GPO Box|Private Bag)\\s*#?\\d{1,7}\\b${cityTail}`,
    (value) => !/^B\.?P\.?\s*\d+$/i.test(value),
    'gui',
  ),
  // Hauptstraße 12, 10115 Berlin; Hendrik-Bähr-Straße 802
  address(
    `(?<![\\p{L}\\d])(?:[\\p{Lu}][\\p{L}-]*(?:straße|strasse|str\\.|gasse|allee|platz|weg|damm|ufer|ring|steig|graben|chaussee|promenade|stieg|markt|berg|hof|park|-(?:Straße|Strasse|Str\\.|Gasse|Allee|Platz|Weg|Damm|Ufer|Ring|Markt|Chaussee|Promenade))|(?:[\\p{Lu}][\\p{L}.-]+\\s){1,3}(?:Straße|Strasse|Str\\.|Gasse|Allee|Platz|Weg|Damm|Ufer|Ring|Markt|Chaussee|Promenade))\\s+\\d{1,4}\\s?(?:[a-z](?![\\p{L}]))?(?:\\s?[-/]\\s?\\d{1,4})?(?![\\d.,]\\d)${tail}`,
  ),
  address(
    `(?<![\\p{L}\\d])(?:Unter|Am|An|Auf|Im|In|Zum|Zur|Alte[rn]?|Neue[rn]?|Große[rn]?|Hinter|Vor|Bei)\\s+(?:(?:der|den|dem|die|das|alten|neuen)\\s+)?[\\p{Lu}][\\p{L}-]+\\s+\\d{1,4}[a-z]?,?\\s+(?:D-)?\\d{5}\\s+${name}`,
  ),
  // 10 rue de Rivoli, 75001 Paris; rue de Barre, 37171 Leroux
  address(
    `(?<![\\w])\\d{1,4}(?:\\s?(?:bis|ter|quater|[A-D])\\b)?,?\\s+(?:${frenchWords})\\s+${latinName}${tail}`,
  ),
  address(`(?<![\\p{L}\\d])(?:${frenchWords})\\s+${latinName}${anchoredTail}`),
  // Calle Mayor 5, 28013 Madrid; Via Roma 12; Rua Augusta, 1500; Avenida Paulista 1578
  address(
    `(?<![\\p{L}\\d])(?:${latinWords})\\s+${latinName}(?:,?\\s*(?:n[.º°o]{0,2}|núm\\.?|nº|#)\\s*|,?\\s+)\\d{1,5}(?:[A-Za-z](?![A-Za-z]))?(?![\\d.,%]\\d|[°ºª])${tail}`,
    isNotSentence,
  ),
  address(`(?<![\\p{L}\\d])(?:${latinWords})\\s+${latinName}${anchoredTail}`, isNotSentence),
  // Keizersgracht 123, 1015 CJ Amsterdam; Drottninggatan 71; ul. Marszałkowska 10
  address(
    `(?<![\\p{L}\\d])(?:[\\p{Lu}][\\p{L}'-]*\\s){0,2}[\\p{Lu}][\\p{L}'-]*(?:straat|laan|weg|plein|gracht|kade|dijk|singel|steeg|baan|pad|ring|hof|gatan|vägen|gränd|gade|vej|gata|veien|gate|katu|tie|dreef|plantsoen|boulevard)\\s+\\d{1,4}\\s?(?:[a-zA-Z](?![\\p{L}]))?(?:-\\d{1,3})?(?![\\d.,]\\d)${tail}`,
    (value) =>
      !/^(?:Delegate|Gate|Tie|Vej|String|Spring|During|Bring|Thing|Investigate|Aggregate|Mitigate|Navigate|Propagate)/.test(
        value,
      ),
  ),
  // Karl Johans gate 22, 0026 Oslo
  address(
    `(?<![\\p{L}\\d])(?:[\\p{Lu}][\\p{L}.'-]*\\s){1,3}(?:gate|gata|vei|veg|väg|plass|plads|allé|gränd)\\s+\\d{1,4}\\s?(?:[a-zA-Z](?![\\p{L}]))?${anchoredTail}`,
  ),
  address(
    `(?<![\\p{L}\\d])(?:[Uu]l\\.|[Aa]l\\.|[Pp]l\\.|[Oo]s\\.|[Uu]lica|[Aa]leja)\\s+${name}(?:\\s${name}){0,3}\\s+\\d{1,4}[A-Za-z]?(?:\\s?(?:\\/|m\\.?|lok\\.)\\s?\\d{1,4}[A-Za-z]?){0,2}(?:,?\\s+\\d{2}-\\d{3}\\s+${name})?`,
  ),
  address(
    `(?:[Уу]л\\.|[Уу]лица|[Пп]р\\.|[Пп]роспект|[Пп]ер\\.)\\s*[\\p{Lu}][\\p{L}-]+(?:\\s[\\p{Lu}][\\p{L}-]+)?,?\\s*(?:д\\.|дом)?\\s*\\d{1,4}(?:,?\\s*(?:кв\\.|квартира)\\s*\\d{1,4})?`,
  ),
  // Japan, China, Korea.
  address(
    '〒\\s?\\d{3}-?\\d{4}(?:\\s*[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\dー－-]{3,40})?',
  ),
  address(
    '[\\p{Script=Han}]{2,8}(?:都|道|府|県)[\\p{Script=Han}]{1,8}(?:市|区|町|村)[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]{0,12}\\d{1,4}(?:[-−丁目番地号]{1,3}\\d{0,4}){0,4}',
  ),
  address(
    '(?:[\\p{Script=Han}]{2,8}(?:省|市|自治区|区|县|镇)){1,4}[\\p{Script=Han}]{1,12}(?:路|街|道|巷|大道|胡同)\\d{1,5}号(?:[\\p{Script=Han}\\d]{0,16}(?:室|楼|单元|栋|层))?',
  ),
  address(
    '[\\p{Script=Hangul}]{1,6}(?:시|도)\\s[\\p{Script=Hangul}]{1,6}(?:구|군|시)\\s[\\p{Script=Hangul}\\d]{1,12}(?:로|길|동)\\s?\\d{1,4}(?:-\\d{1,4})?',
  ),
  address(
    `(?<![\\p{L}\\d])(?:Flat|Studio|Apartment|Unit)\\s\\d{1,4}[A-Za-z]?,\\s*(?:${title}\\s){0,4}${title},\\s*${city},?\\s+[A-Z]{1,2}\\d[A-Z\\d]?\\s?\\d[A-Z]{2}(?![\\w-])`,
  ),
  // Any number, names, a town and a post code: 83/49 Mathis Quad, Chapmanton, WA, 2696
  address(
    `(?<![\\w.,$€£#/-])(?:(?:Apt|Unit|Level|Suite|Flat|Studio)\\.?\\s\\d{1,5}[A-Za-z]?,?\\s+)?\\d{1,6}(?:[A-Za-z]|[/-]\\d{1,5}[A-Za-z]?)?,?\\s+(?:${title}\\s){0,4}${title}(?:${unit}){0,2},\\s*${city},\\s*(?:[A-Z]{2,3},?\\s+)?(?:\\d{4,5}(?:-\\d{4})?|[A-Z]\\d[A-Z]\\s?\\d[A-Z]\\d|[A-Z]{1,2}\\d[A-Z\\d]?\\s?\\d[A-Z]{2})(?![\\w-])`,
  ),
  address(
    `(?<![\\w.,$€£#/-])\\d{1,6}\\s+(?:${title}\\s){1,5}(?:${unit}){1,2},\\s*${city},?\\s+${zip}(?![\\w-])`,
  ),
  address(
    `(?<![\\w.,$€£#/-])\\d{1,6}\\s+(?:${title}\\s){0,4}${title},\\s*${city},?\\s+[A-Z]{2}\\s+(?:\\d{5}(?:-\\d{4})?|[A-Z]\\d[A-Z]\\s?\\d[A-Z]\\d)(?![\\w-])`,
  ),
  // Names, a house number, a post code and a town: Necati-Dippel-Platz 4-8, 64870 Schrobenhausen
  address(
    `(?<![\\p{L}\\d])(?!(?:${notStreets})\\s)${latinName},?\\s+\\d{1,4}(?:[a-zA-Z](?![\\p{L}])|[-/]\\d{1,4})?${inner},\\s*(?:[A-Z]{1,2}-)?(?:\\d{5}|\\d{4}\\s?[A-Z]{2}(?![A-Za-z])|\\d{2}-\\d{3}|\\d{5}-?\\d{3}),?\\s+${city}${region}`,
    undefined,
    'gu',
    codeAfterComma,
  ),
  address(
    `(?<![\\p{L}\\d])(?!(?:${notStreets})\\s)${latinName},?\\s+\\d{1,4}(?:[a-zA-Z](?![\\p{L}])|[-/]\\d{1,4})?${inner},\\s*${city},\\s*(?:\\d{5}-?(?:\\d{3})?)(?:,?\\s+${city})?${region}(?![\\d-])`,
    undefined,
    'gu',
    codeAfterComma,
  ),
  // Carrera 7 # 71-21, Bogotá; 1-1-2 Oshiage, Sumida City, Tokyo 131-0045; H.No. 4-5-6, Banjara Hills, Hyderabad 500034
  address(
    `(?<![\\p{L}\\d])(?:Carrera|Cra\\.?|Calle|Cl\\.|Cll\\.?|Avenida|Av\\.|Diagonal|Transversal)\\s+\\d{1,3}\\s?[A-Z]?\\s*(?:#|No\\.?|n[º°])\\s*\\d{1,3}[A-Z]?\\s?-\\s?\\d{1,3}(?:,\\s*${city})?`,
  ),
  address(
    `(?<![\\w-])\\d{1,3}(?:-\\d{1,4}){1,3},?\\s+${city}(?:,\\s*${city}){0,3},?\\s+〒?\\d{3}-\\d{4}(?![\\d-])`,
  ),
  address(
    `(?<![\\p{L}\\d])(?:H\\.?\\s?No\\.?|House No\\.?|Door No\\.?|D\\.No\\.?|Plot(?: No\\.?)?|Flat(?: No\\.?)?|No\\.)\\s*[\\w/-]{1,10},\\s*(?:[\\p{Lu}\\d][\\p{L}\\d .'’/-]{1,40},\\s*){1,5}${city}[\\s-]+\\d{3}\\s?\\d{3}(?!\\d)`,
  ),
  address(
    `(?<![\\p{L}\\d])(?!(?:${notStreets})\\s)${latinName}\\s+\\d{1,4}[a-zA-Z]?,\\s*(?:(?!(?:19|20)\\d\\d)\\d{4}|\\d{3}\\s\\d{2})\\s${city}(?![\\d])`,
    undefined,
    'gu',
    codeAfterComma,
  ),
  // A label, then a line that begins with a house number or ends with a post code.
  address(
    `\\b(?:${label})\\s*[:=-]?\\s*["']?(?<value>\\d{1,6}[A-Za-z]?,?\\s+[\\p{L}][\\p{L}'’. -]{2,40}(?:,\\s*[\\p{L}\\d][\\p{L}\\d'’.# -]{1,40}){1,5})`,
  ),
  address(
    `\\b(?:${label})\\s*[:=-]?\\s*["']?(?<value>[\\p{L}\\d][\\p{L}\\d'’.#/ -]{2,60}(?:,\\s*[\\p{L}\\d][\\p{L}\\d'’.# -]{1,40}){0,5},?\\s${zip})(?![\\w-])`,
    (value) => /\p{L}{3}/u.test(value) && /\d/.test(value),
    'gu',
  ),
  // A city, state and post code by themselves.
  address(
    `(?<![\\p{L}\\d])${name}(?:\\s${name}){0,2},\\s(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])\\s\\d{5}(?:-\\d{4})?(?!\\d)`,
  ),
  // A British post code after a town.
  address(
    `(?<![\\p{L}\\d])(?:${name},?\\s+)[A-Z]{1,2}\\d[A-Z\\d]?\\s\\d[ABD-HJLNP-UW-Z]{2}(?![\\w])`,
    (value) => !/^(?:Model|Part|Type|Room|Version|Code|Ref|Flight|Gate|Unit|Key|Order|Sku)\b/i.test(value),
  ),
];
