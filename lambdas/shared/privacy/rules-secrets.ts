/** Keys, tokens and passwords: by the vendors' published prefixes, and by the words that hand one over. */
import type { Around, Rule } from './rule.ts';
import { vendorTokens } from './vendor-tokens.ts';

/** What stands where a secret would: variables, samples, types. */
const placeholders =
  /^(?:<.*>?|\{.*\}|\[.*\]|\(.*\)|\{\{.*|%\w+%|\$\{[^}]*\}|\$[A-Za-z_]+\d?|\$\(.*|x{4,}|\*{3,}|\.{3,}|•{3,}|your[-_ ].*|my[-_]?(?:secret|password|token|key)|change[-_]?me.*|placeholder|redacted|example|sample|dummy|todo|tbd|none|null|undefined|true|false|string|number|boolean|required|optional|password|passwd|secret|token|process\.env.*|os\.environ.*|os\.getenv.*|env\..*|secrets?\..*|vault:.*|ref:.*|arn:.*|https?:\/\/.*|file:.*|[./~]*(?:[A-Za-z_.-]+\/)+[A-Za-z_.-]*)$/i;

/** `DB_PASSWORD` and `user_password` are names; in mixed case, or with digits among small letters, it is none. */
const isName = (value: string) => /^(?:[A-Z]{2,}(?:_[A-Z0-9]+)+|[a-z]{2,}(?:_[a-z]+)+)$/.test(value);
const isStandIn = (value: string) => placeholders.test(value) || isName(value);
const isWord = (value: string) => /^[A-Za-z]+(?:[-_.][A-Za-z]+)*$/.test(value);
/** `config.token`, `getToken()`, `tokens[0]`, `Secret.from(`: code that fetches a value is not the value. */
const isCode = (value: string) =>
  /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+(?:$|[([])/.test(value) ||
  /^[A-Za-z_$][\w$.]*[([](?:["')\]]|\w+[)\]])/.test(value) ||
  /^[[{]\w[^\s]*\]\(/.test(value);

/** Only a space stands between the word and the value: "password hunter2", but "password authentication" too. */
const isLoose = (around: Around) =>
  !/(?:[:：=>]|\b(?:is|was|are|to|as|ist|lautet|est|es|er|jest|je)|\s(?:[èé]|är)|['’]s)\s*["'`]{0,3}$/i.test(
    around.before,
  );
const isArn = (around: Around) => /arn:aws[\w-]*:\S*$/i.test(around.before);

function kinds(value: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
}

/** Bits per character, by the characters' own frequency (Shannon). */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const trimEnd = (value: string) => value.replace(/(?:[.,;:]|\\n)+$/, '');

/** `Password=…;Encrypt=true`, `password=…&next=/`: the next setting is not part of it. */
const nextSetting = /[;&][A-Za-z][\w.-]*=.*$/;

/** A password in plain sight: five characters of two kinds. */
function passwordIn(value: string, around: Around): string | null {
  const exact = trimEnd(value.replace(nextSetting, ''));
  // `f(password: string)`: the type ends where the bracket does.
  if (isStandIn(exact.replace(/[)\]}>]+$/, ''))) return null;
  if (exact.length < 5 || isStandIn(exact) || isCode(exact) || isWord(exact) || isArn(around)) return null;
  if (isLoose(around) && (/\]\(|\//.test(exact) || (!/\d/.test(exact) && kinds(exact) < 3))) return null;
  return kinds(exact) >= 2 ? exact : null;
}

/** No path has so many kinds of characters so evenly. */
const isRandom = (value: string) => value.length >= 32 && kinds(value) >= 3 && entropy(value) >= 4.3;

/** A token: longer, with a digit, and neither a plain number nor a date. */
function tokenIn(value: string, around: Around): string | null {
  const exact = trimEnd(value);
  if (exact.length < 12 || isStandIn(exact) || isCode(exact) || isArn(around)) return null;
  if (!/\d/.test(exact) || /^[\d.,:/-]+$/.test(exact) || /^\d{4}-\d{2}-\d{2}/.test(exact)) return null;
  if (isLoose(around) && (entropy(exact) < 3.2 || (/[(/]/.test(exact) && !isRandom(exact)))) return null;
  return exact;
}

const isOpaque = (value: string) =>
  value.length >= 16 && /\d/.test(value) && kinds(value) >= 2 && entropy(value) >= 3;

const afterAuthorization = (value: string, around: Around) =>
  !isStandIn(value) &&
  (isOpaque(value) ||
    (/authorization["']?\s*[:=]\s*["']?(?:basic|bearer|token|apikey)\s*$/i.test(around.before) &&
      value.length >= 8));

const passwordLabel =
  '(?:(?:pg)?pass(?:word|wd|code|phrase)|sshpass|rediscli_auth|pass(?=["\']?\\s?[:=])|passwort|kennwort|mot de passe|contraseña|contrasena|clave de acceso|senha|palavra-passe|wachtwoord|lösenord|passord|adgangskode|kodeord|salasana|hasło|heslo|jelszó|parolă|parola|lozinka|şifre|пароль|密码|密碼|パスワード|비밀번호|mật khẩu|kata sandi|mdp|pw(?=["\']?\\s?[:=])|pwd|db_pass|[A-Z0-9]*_PASS)';
/** What it opens, before it is told: "the password for the router is", "la password del router è". */
const opened =
  "(?:[ \\t]+(?:for|of|to|on|für|fürs|vom|zum|zur|von|del|della|dello|dell['’]|di|per|de|du|des|pour|para|do|da|van|voor|till|til|do)(?:[ \\t]+[\\w.@’'à-ÿ-]{1,30}){1,3}?(?=\\s?[:=]|[ \\t]+(?:is|ist|lautet|est|es|è|é|är|er)[ \\t:]))?";
const passwordWord =
  /pass|pwd|mdp|\bpw\b|kennwort|contrase|clave de acceso|senha|wachtwoord|lösenord|adgangskode|kodeord|salasana|hasło|heslo|jelszó|parol|lozinka|şifre|пароль|密[码碼]|パスワード|비밀번호|mật khẩu|kata sandi/i;
const tokenLabel =
  '(?:(?:api|access|secret|auth|app|account|master|signing|encryption|service|subscription|shared|consumer|license|deploy|webhook|storage|integration|admin|private|session|bot|bearer|refresh|id|csrf|client|personal[ _-]?access|user|vault|consul|gh|github|gitlab|slack|stripe|datadog|cloudflare|heroku|mistral|cohere|azure|aws)[ _-]?)*(?:api[ _-]?key|apikey|secret(?:[ _-]?(?:access)?[ _-]?key)?|access[ _-]?key|auth[ _-]?key|token|client[ _-]?secret|secret[ _-]?token|encryption[ _-]?key|signing[ _-]?key|account[ _-]?key|storage[ _-]?key|master[ _-]?key|shared[ _-]?key|credentials?)' +
  '(?:[ _-](?:base(?:64)?|value|raw|hex|prod(?:uction)?|live|test|dev(?:elopment)?|staging|v?\\d|primary|secondary|main|old|new|current|previous|default))?';
const between =
  "[\"'`]{0,3}(?:\\s{0,3}(?::=|=>|->|:|：|=)\\s{0,3}|[ \\t]+(?:is|was|are|to|as|ist|lautet|est|es|è|é|är|er|jest|je)[ \\t]*:?[ \\t]+|['’]s[ \\t]+|[ \\t]+[-–][ \\t]+|>(?=[^<>]{1,2000}</)|[ \\t]+)[\"'`]{0,3}";

/** Tokens that begin with anything, or have dots and commas in them, are looked for only where their mark is. */
const mark = /atlasv1|-us(?=\\d)|\[78\]Q~|dp\\\.|pscale_|FlyV1/;
/** No other vendor's token is shorter. */
const longWord = /[\w+/=%~$-]{15}/;

export const secretRules: readonly Rule[] = [
  {
    type: 'private_key',
    needs: /PRIVATE KEY/,
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){1,20000}(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  {
    type: 'private_key',
    needs: /PuTTY-User-Key-File/,
    pattern: /PuTTY-User-Key-File-\d: [^\0]{1,8000}?Private-MAC: [0-9a-f]{40,64}/g,
  },
  { type: 'private_key', needs: /AGE-SECRET-KEY-1/, pattern: /\bAGE-SECRET-KEY-1[0-9A-Z]{50,60}\b/g },
  ...vendorTokens.map((pattern): Rule => {
    const own = mark.exec(pattern.source)?.[0];
    return { type: 'secret', pattern, needs: own ? new RegExp(own) : longWord };
  }),
  {
    type: 'secret',
    needs: /eyJ/,
    pattern: /(?<![\w-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]{4,}){1,3}/g,
  },
  // The password of a connection string, with the name before it.
  {
    type: 'secret',
    needs: /:\/\//,
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{0,80}:(?<value>[^\s/@"'<>]{3,200})@(?=[\w[$-])/gi,
    valid: (value) =>
      !/^(?:\$|<|\{|%|\*{3}|x{3,}$)/.test(value) && !/^(?:pass(?:word)?|secret|pwd)$/i.test(value),
  },
  // What command lines take: mysql -pSECRET, curl -u name:SECRET, sshpass -p SECRET, redis-cli -a SECRET.
  {
    type: 'secret',
    needs: /\b(?:mysql|mariadb|sshpass|redis-cli|curl|wget|http)/,
    pattern:
      /\b(?:(?:mysql|mariadb)[\w-]*[^\n]{0,120}?\s-p|sshpass\s+-p\s?|redis-cli\b[^\n]{0,80}?\s-a\s+|(?:curl|https?|wget)\b[^\n]{0,200}?\s(?:-u|--user|-a)[ =]?["']?[\w.@+-]{1,80}:)["']?(?<value>[^\s"'`]{4,100})/g,
    exact: passwordIn,
  },
  // What HTTP clients take: auth=("name", "SECRET"), HTTPBasicAuth('name', 'SECRET').
  {
    type: 'secret',
    needs: /auth/i,
    pattern:
      /\b(?:auth\s?=\s?|\w{0,20}BasicAuth)\(\s?["'][^"'\n]{1,80}["'],\s{0,3}["'](?<value>[^"'\s]{5,100})["']/g,
    exact: passwordIn,
  },
  {
    type: 'secret',
    needs: /bearer|basic|token|apikey/i,
    pattern: /\b(?:bearer|basic|token|apikey)\s+(?<value>[A-Za-z0-9._~+/=-]{8,2000})/gi,
    valid: afterAuthorization,
  },
  {
    type: 'secret',
    needs: passwordWord,
    pattern: new RegExp(
      `(?<![A-Za-z])(?:[A-Za-z0-9]{1,20}[ _-]){0,3}${passwordLabel}${opened}${between}(?<value>[^\\s"'\`<>]{5,200})`,
      'gi',
    ),
    exact: passwordIn,
  },
  // Words are a secret too where a phrase is announced: quoted, or a wallet's 12 to 24.
  {
    type: 'secret',
    needs: /phrase|mnemonic/i,
    pattern: new RegExp(
      `\\b(?:pass[ _-]?phrase|(?:seed|recovery|secret|backup)[ _-]?phrase|mnemonic)${between}(?<value>(?<=")[^"\\n]{8,300}(?=")|(?<=')[^'\\n]{8,300}(?=')|[a-z]{3,8}(?: [a-z]{3,8}){11,23}(?![a-z]))`,
      'gi',
    ),
    valid: (value) => !isStandIn(value),
  },
  {
    type: 'secret',
    needs: /pass|pwd/i,
    pattern: new RegExp(
      `(?<![A-Za-z])${passwordLabel}["']?\\s{0,3}[:=]\\s{0,3}"(?<value>[^"\\n]{8,100})"`,
      'gi',
    ),
    exact: (value) =>
      /\s/.test(value) || /[[(]/.test(value) || isStandIn(value) || (isWord(value) && value.length < 16)
        ? null
        : value,
  },
  {
    type: 'secret',
    needs: /key|token|secret|credential/i,
    pattern: new RegExp(
      `(?<![A-Za-z])${tokenLabel}${between}(?<value>[A-Za-z0-9_.~+/=:!@#$%^&*-]{12,2000})`,
      'gi',
    ),
    exact: tokenIn,
  },
  {
    type: 'secret',
    needs: /X-|x-/,
    pattern:
      /\bx-(?:[a-z]+-)*(?:key|token|secret|auth)["']?\s*[:=]\s*["']?(?<value>[A-Za-z0-9_.~+/=-]{12,500})/gi,
    exact: tokenIn,
  },
  // A browser's cookies: who has the session's is logged in.
  {
    type: 'secret',
    needs: /cookie/i,
    pattern:
      /(?<![\w.-])[\w.-]{0,40}(?:sess|sid|auth|token|jwt)[\w.-]{0,20}=["']?(?<value>[A-Za-z0-9_.~%+/=-]{16,2000})/gi,
    words: /cookie["']?\s*[:=][^\n]*$/i,
    valid: (value) => isOpaque(value) && !isStandIn(value),
  },
  {
    type: 'secret',
    needs: /[?&]/,
    pattern:
      /[?&](?:api_?key|key|token|access_token|auth|sig|signature|X-Amz-Signature|X-Amz-Security-Token|client_secret|password|pwd)=(?<value>[A-Za-z0-9_.~%+/-]{8,2000}=*)/gi,
    valid: (value) => /\d/.test(value) && !isStandIn(value),
  },
];
