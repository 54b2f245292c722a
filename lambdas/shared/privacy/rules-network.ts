/** E-mail and IP addresses. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Around, Rule } from './rule.ts';

/** `icon@2x.png` has the shape of an address. */
const fileEndings =
  /\.(?:png|jpe?g|gif|svg|webp|avif|ico|js|mjs|cjs|css|scss|html?|json|tsx?|jsx|xml|ya?ml|txt|pdf|csv|toml|lock|sh|sql|whl|tgz|gz|jar)$/i;

const versionWords =
  /(?:\b(?:v|ver|version|versions|release[ds]?|build|firmware|bios|fw|driver|upgrad(?:e|es|ed|ing)|rol(?:l|ls|led|ling)[ -]?back|downgrad(?:e|ed|ing)|patch(?:ed)?|updated?|changelog|bump(?:ed)?|tag(?:ged)?|semver|nuget|assembly|file ?version|sdk|package|dependency|library|requires?|section|sect|sec|chapter|clause|paragraph|para|article|appendix|figure|fig|table|step|oid|snmp|java|jdk|jre|python|node|nodejs|kernel|linux|php|ruby|golang|mysql|mariadb|postgres(?:ql)?|redis|nginx|apache|openssl|docker|kubernetes|android|ios|macos|chrome|firefox|edge|safari|windows|dll|app|plugin|hotfix|rc|rev(?:ision)?|standard|rfc|edition|outline|heading)\b|§|==|>=|<=|~=|\^)/gi;
const addressWords =
  /\b(?:ip|ips|ipv4|ipv6|address(?:es)?|host(?:s|name)?|server|client|gateway|router|dns|subnet|ping(?:ed)?|traceroute|connect(?:ed|ion|ions|ing)?|login|log ?in|logged|visitor|user|remote|peer|source|src|dst|destination|from|origin|x-forwarded-for|x-real-ip|ssh|nslookup|curl|firewall|whitelist|allowlist|blocklist|block(?:ed)?|ban(?:ned)?|request(?:s|ed)?|traffic|attack(?:s|er)?|node|vpn|endpoint|adresse|dirección|indirizzo|endereço|interface|network|lan|wan|nat|proxy)\b/gi;

const threeParts = /(?<![\w.])v?\d{1,3}\.\d{1,3}\.\d{1,4}(?![.\d])/;

function lastIndexOf(pattern: RegExp, text: string): number {
  let last = -1;
  for (const match of text.matchAll(pattern)) last = match.index;
  return last;
}

function isVersion(value: string, around: Around): boolean {
  if (/(?:[A-Za-z]\/|[A-Za-z]-|\bv|[@=^~]|[A-Za-z]_|§)$/.test(around.before)) {
    // `host=10.0.0.5` and `user@10.0.0.5` are addresses all the same.
    if (
      !/(?:\b(?:ip|host|addr(?:ess)?|server|client|src|dst|from|peer|remote(?:_addr)?|bind|listen|url|gateway|dns)\w*=|[A-Za-z]@)$/i.test(
        around.before,
      )
    )
      return true;
  }
  if (
    /^(?:-[A-Za-z]|\.(?:jar|zip|tar|tgz|deb|rpm|exe|msi|dll|whl|nupkg|dev|post|rc|beta|alpha|x)|[A-Za-z]|\+)/.test(
      around.after,
    )
  )
    return true;
  const against = lastIndexOf(versionWords, around.before);
  const word = lastIndexOf(addressWords, around.before);
  if (against >= 0 && against > word) return true;
  // Next to a version of three parts, four small ones are a version too.
  if (word < 0 && /^\d{1,2}(?:\.\d{1,2}){3}$/.test(value) && threeParts.test(around.before)) return true;
  // "from 1.2.3.4 to 1.2.3.5" after a word of change.
  if (against >= 0 && /\b(?:from|to|than)\s+\S*$/i.test(around.before))
    return word < 0 || /\bfrom\b/i.test(around.before.slice(word));
  return (
    word < 0 &&
    /^\s*(?:release|build|version|update|patch|sdk|installer)\b/i.test(around.after) &&
    value.length < 12
  );
}

/** Addresses that are the same for everybody identify nobody. */
const isEverybodys = (value: string) => /^(?:127\.|0\.0\.0\.0$|255\.255\.|169\.254\.169\.254$)/.test(value);

function isPlausibleIPv6(value: string, around: Around): boolean {
  if (!isIPv6(value) || value === '::' || value === '::1') return false;
  const groups = value.split(':').filter((group) => group !== '');
  if (groups.length >= 7 || value.includes('.')) return true;
  const first = Number.parseInt(groups[0] ?? '0', 16);
  const isRouted =
    (first >= 0x2000 && first <= 0x3fff) ||
    first >= 0xfc00 ||
    (first === 0x64 && groups[1]?.toLowerCase() === 'ff9b');
  const isSpecific = (groups[0] ?? '').length === 4 && /\d/.test(value);
  return (
    (isRouted && isSpecific) ||
    /\b(?:ip|ipv6|address|host|server|client|ping6?|gateway)\b[^\n]{0,30}$/i.test(around.before)
  );
}

/** Scripts that put no space between an address and the words around it. */
const spaceless = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}';
const any = '[\\p{L}\\p{N}]';
const spaced = `[[\\p{L}\\p{N}]--[${spaceless}]]`;
const mailbox = `(?:(?:(?<![\\p{L}\\p{N}._%+\\-])|(?<=[${spaceless}]))${spaced}(?:[${spaced}._%+'\\-]{0,62}[${spaced}_+\\-])?|(?<!${any})[${spaceless}]{1,20}(?=@[${spaceless}]))`;
const mailDomain = `(?:${any}(?:[${any}\\-]{0,61}${any})?\\.){1,8}(?:xn--[a-z0-9\\-]{2,59}|[\\p{L}--[${spaceless}]]{2,24}|[${spaceless}]{2,6})(?![${spaced}@]|-${any})`;

export const networkRules: readonly Rule[] = [
  {
    type: 'email',
    needs: /@/,
    pattern: new RegExp(`${mailbox}@${mailDomain}`, 'giv'),
    valid(value, around) {
      if (fileEndings.test(value)) return false;
      // A remote or a log-in, not somebody's mail: git@host:path, ssh root@host, scheme://user@host.
      if (/^:[\w~./-]/.test(around.after) && !/^:\s/.test(around.after) && /^git@/i.test(value)) return false;
      if (/^git@/i.test(value) && /:\/\/$/.test(around.before)) return false;
      return !/(?:\b(?:ssh|scp|sftp|rsync|mosh)\s(?:[^\n]{0,40}\s)?|ssh:\/\/)$/i.test(around.before);
    },
  },
  {
    type: 'email',
    needs: /\bat\b/i,
    pattern:
      /(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,62}\s?[[({<]\s?at\s?[\])}>]\s?[A-Za-z0-9-]{1,63}(?:(?:\s?[[({<]\s?dot\s?[\])}>]\s?|\.)[A-Za-z0-9-]{1,63}){1,4}(?![\w-])/gi,
  },
  {
    type: 'email',
    needs: /\bdot\b/i,
    pattern:
      /(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,62}(?: dot [\w+-]{1,62}){0,3} at [A-Za-z0-9-]{1,63} dot (?:com|org|net|edu|gov|io|co|de|fr|uk|eu|info|dev|ai|app)\b/gi,
  },
  {
    type: 'ip',
    needs: /\d\.\d/,
    pattern: /(?<![\d.:])(?<!\d[,-])\d{1,3}(?:\.\d{1,3}){3}(?![\d:]*\d\.\d|\.?\d)/g,
    valid: (value, around) => isIPv4(value) && !isEverybodys(value) && !isVersion(value, around),
  },
  {
    type: 'ip',
    needs: /:[0-9a-f]*:/i,
    pattern:
      /(?<![0-9A-Za-z:.])(?=[0-9a-f:]{0,40}:)(?:[0-9a-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4})(?![0-9A-Za-z:]|\.\d)/gi,
    valid: isPlausibleIPv6,
  },
];
