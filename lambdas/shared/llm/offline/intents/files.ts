/** Reading, writing, listing, searching, deleting, copying and renaming files of the workspace. */
import { slotText, unmask } from '../language/mask.ts';
import { KINDS, patternIn } from './file-kinds.ts';
import type { Intent } from './intent.ts';
import { type Clause, folderIn, P, pathsIn, Q, resolvePath, unread } from './places.ts';
import { recogniseLiteralWrite, recogniseSink } from './writes.ts';

/** Recognises one operation on files. */
export function recogniseFiles(clause: Clause): Intent | null {
  return (
    recogniseSink(clause) ??
    recogniseLiteralWrite(clause) ??
    recogniseChange(clause) ??
    recogniseListing(clause) ??
    recogniseRead(clause)
  );
}

const IT = '(?:it|that file|this file|the file|the (?:original|old)(?: file| one)?)';

function recogniseChange(clause: Clause): Intent | null {
  const { text } = clause;
  const at = (token: string | undefined): string =>
    resolvePath(slotText(token, clause.slots), clause.around.files);
  const target = (token: string | undefined, source: string): string => {
    const path = slotText(token, clause.slots).replace(/^(?:\.\/)+/, '');
    return path.endsWith('/') ? `${path}${source.split('/').pop()}` : path;
  };
  const pair = new RegExp(
    `^(copy|duplicate|clone|move|rename|mv|cp)\\s+(?:the\\s+)?(?:(?:contents?|content) of\\s+)?(?:the\\s+)?(?:file\\s+)?(${P}|${IT})\\s+(?:file\\s+)?(?:over\\s+)?(?:in)?(?:to|as)?\\s*(?:be\\s+)?(?:a\\s+)?(?:the\\s+)?(?:new\\s+)?(?:file|folder|directory)?\\s*(?:called|named)?\\s*(${P})$`,
    'i',
  ).exec(text);
  if (pair !== null) {
    const path = /^‹/.test(pair[2] ?? '') ? at(pair[2]) : clause.around.file;
    if (path === null) return null;
    const to = target(pair[3], path);
    return { kind: /^(?:move|rename|mv)$/i.test(pair[1] ?? '') ? 'move' : 'copy', path, to };
  }
  const into = new RegExp(
    `^(copy|move)\\s+(?:the\\s+)?(?:file\\s+)?(${P})\\s+(?:in)?to\\s+(?:an?\\s+|the\\s+)?(?:new\\s+)?(?:([\\w-]+)\\s+(?:folder|directory)|(?:folder|directory)\\s+(?:called\\s+|named\\s+)?([\\w-]+))$`,
    'i',
  ).exec(text);
  const folder = into?.[3] ?? into?.[4];
  if (
    into !== null &&
    folder !== undefined &&
    !/^(?:same|other|another|root|parent|current|new)$/i.test(folder)
  ) {
    const path = at(into[2]);
    const to = `${folder}/${path.split('/').pop()}`;
    return { kind: /^move$/i.test(into[1] ?? '') ? 'move' : 'copy', path, to };
  }
  const made = new RegExp(
    `^(?:make|create)\\s+(?:a\\s+)?(?:backup\\s+)?(?:copy|duplicate|backup)\\s+of\\s+(?:the\\s+file\\s+)?(${P})\\s+(?:called|named|as|in|at|to|with the name)\\s+(?:the\\s+file\\s+)?(${P})$`,
    'i',
  ).exec(text);
  if (made !== null) return { kind: 'copy', path: at(made[1]), to: target(made[2], at(made[1])) };
  const removed = new RegExp(
    `^(?:delete|remove|erase|rm|discard|get rid of)\\s+(?:the\\s+)?(?:file\\s+)?(?:called\\s+|named\\s+)?(${P}|${IT})(?:\\s+(?:file|from (?:the|my) workspace|again|completely|entirely))*$`,
    'i',
  ).exec(text);
  if (removed !== null) {
    // Only the very file that is named is deleted, not one of the same name in another folder.
    const named = slotText(removed[1], clause.slots).replace(/^(?:\.\/)+/, '');
    const last = clause.around.before.at(-1);
    const copied = last?.kind === 'copy' || last?.kind === 'move' ? last : null;
    const original = /original|old/i.test(removed[1] ?? '');
    // After a copy "it" may be either of the two.
    if (original ? copied?.kind !== 'copy' : copied !== null && !/^‹/.test(removed[1] ?? '')) return null;
    const path = /^‹/.test(removed[1] ?? '') ? named : original ? (copied?.path ?? null) : clause.around.file;
    return path === null || path.endsWith('/') ? null : { kind: 'delete', path };
  }
  const exists = new RegExp(
    `^(?:(?:check|tell|see|verify|find out|determine|test)\\s+(?:if|whether|that)\\s+)?(?:does|do|is|if|whether)?\\s*(?:there\\s+(?:is|exists)?\\s*)?(?:a\\s+|the\\s+)?(?:file\\s+)?(?:called\\s+|named\\s+)?(${P}|${IT})\\s*(?:file\\s+)?(?:now\\s+|really\\s+)?(?:exists?|is (?:present|there)|present|there|available)?(?:\\s+(?:in|inside) (?:the|my|this) workspace)?$`,
    'i',
  ).exec(text);
  if (exists !== null && /\b(?:exists?|is there|is present|present)\b/i.test(text)) {
    const path = /^‹/.test(exists[1] ?? '') ? at(exists[1]) : clause.around.file;
    return path === null ? null : { kind: 'stat', path, ask: 'exists' };
  }
  const size = new RegExp(
    `^(?:(?:what(?:'s| is)|how|get|find|tell|show|give|determine|report)\\s+(?:me\\s+)?)*(?:the\\s+)?(?:big is|large is|(?:file\\s+)?size(?: in bytes)? of|many bytes (?:is|are in|does)|(?=its\\s+(?:file\\s+)?size))\\s*(?:the\\s+)?(?:file\\s+)?(${P}|${IT}|its\\s+(?:file\\s+)?size)(?:\\s+(?:file|in bytes|have|contain))*$`,
    'i',
  ).exec(text);
  if (size !== null) {
    const path = /^‹/.test(size[1] ?? '') ? at(size[1]) : clause.around.file;
    return path === null ? null : { kind: 'stat', path, ask: 'size' };
  }
  return null;
}

const MENTIONS =
  '(?:contain(?:s|ing)?|mention(?:s|ing|ed)?|includ(?:e|es|ing)|have|has|with|hav(?:e|ing)|us(?:e|es|ing)|match(?:es|ing)?|refer(?:s|ring)? to|reference[s]?)';
function recogniseListing(clause: Clause): Intent | null {
  const { text } = clause;
  // What a program printed or a server answered is no file.
  if (/\b(?:its|the)\s+(?:output|response|answer|reply)\b/i.test(text)) return null;
  const all = folderIn(clause) ?? '.';
  const needle = `(?:the\\s+)?(?:text|word|string|phrase|term|pattern|keyword|substring|lines?|occurrences?|mentions?|instances?)?\\s*(?:of|with|containing)?\\s*(?:the\\s+)?(?:text|word|string|phrase|term|keyword)?\\s*(${Q}|‹N\\d+›|(?!(?:files?|lines?|all|every|any|the|an?|most|least|more|less|fewer|fewest|largest|smallest|biggest|longest|shortest|highest|lowest|same|no|name|names|extension|at|only|different|duplicates?|it|its|them|this|that|their|for|in|of|to)\\b)\\w+)`;
  const which = new RegExp(
    `\\b(?:which|what|find|list|show|get|search for|identify|all|every)\\b(?!\\s+(?:the|this|that)\\s+file\\b)(?:\\s+(?:me|all|the|of|every|any))*\\s+(?:(?:[\\w.]+)\\s+)?(files?|lines?)\\b.*?\\s(?:that\\s+|which\\s+)?${MENTIONS}\\s+${needle}`,
    'i',
  ).exec(text);
  const found = new RegExp(
    `^(?:where (?:is|are|does|do)|find where|find|in (?:which|what) files?\\s+(?:is|does|do|are))\\s+(?:the\\s+)?(?:word\\s+|text\\s+|string\\s+)?(${Q}|‹N\\d+›|[A-Z][A-Z_]{2,})\\s*(?:is\\s+)?(?:comments?\\s+in\\b|markers?\\s+in\\b|mentioned|appear|appears|occur|occurs|used|defined|found|in\\b|across\\b|anywhere\\b).*$`,
    'i',
  ).exec(text);
  // A mark in capitals can be searched for; "find bugs in src" asks for judgement.
  const marked =
    found !== null && (found[1]?.startsWith('‹') || /^[A-Z][A-Z_]{2,}$/.test(found[1] ?? '')) ? found : null;
  const search =
    which ??
    new RegExp(
      `^(?:search|grep|look|scan)\\b(?:(?:(?!\\bfor\\b).)*\\bfor|\\s+(?=‹[QN]|[A-Z]{3}))\\s*${needle}`,
      'i',
    ).exec(text) ??
    new RegExp(
      `^(?:find|locate|show|list|get)\\s+(?:me\\s+)?(?:all\\s+|every\\s+|each\\s+|the\\s+)*(?:lines?|places?|occurrences?|mentions?|instances?|matches|appearances)\\b.*?(?:where|of|containing|with|that (?:contain|mention)s?|for)\\s+${needle}`,
      'i',
    ).exec(text) ??
    marked;
  if (
    search !== null &&
    !/‹U\d+›/.test(text) &&
    !/\b(?:the web|internet|online|google|column|rows?)\b/i.test(text) &&
    !/\bhow many\b|\bcount\b|\bnumber of\b/i.test(text)
  ) {
    const token = which === null ? (search[1] ?? '') : (search[2] ?? '');
    const sought = token.startsWith('‹') ? unmask(token, clause.slots, 'text') : token;
    const insensitive =
      /\b(?:regular expression|regexp?|not|never|without|don't|doesn't|n't|lack\w*|except\w*|exclud\w*|but|other than|either|both|neither|ignoring|insensitiv\w*|upper|lower|any case|case|first|last|longest|shortest)\b|n't\b|\band\s+(?:‹Q|[A-Z]{3})|\bor\s+(?:‹Q|[A-Z])/i.test(
        text,
      );
    const wantsFiles =
      which === null ? /\b(?:which|what) files\b/i.test(text) : /^file/i.test(which[1] ?? '');
    if (sought !== '' && !insensitive) {
      return {
        kind: 'search',
        text: sought,
        path: all,
        want: wantsFiles ? 'files' : 'lines',
        pattern: patternIn(clause),
      };
    }
    return null;
  }
  if (/\b(?:have|has|contains?|mentions?|holds?|includes?)\s+(?:it|that|this|them)\b/i.test(text))
    return null;
  const asks =
    /\b(?:list|show|display|give|get|print|name|enumerate|what|which|see|tell|find|ls|dir|how many|count|number of)\b/i.test(
      text,
    );
  if (!asks || !/\b(?:files?|folder|directory|workspace|ls|dir)\b/i.test(text)) return null;
  // "print the file" speaks of one file, and of none that the clause names.
  if (/\b(?:the|this|that)(?: \w+)? file\b(?! (?:names?|list|count|tree)\b)/i.test(text)) return null;
  if (pathsIn(clause).some((path) => /\.\w+$/.test(path) && !path.startsWith('.'))) return null;
  const count = /\b(?:how many|count|number of)\b/i.test(text);
  const left = unread(text, [
    'list',
    'ls',
    'dir',
    'enumerate',
    'everything',
    'name',
    'names',
    'available',
    'exist',
    'exists',
    'present',
    'located',
    'under',
    'below',
    'recursively',
    'subfolders',
    'subdirectories',
    'folders',
    'paths',
    'many',
    'count',
    'number',
    'total',
    'ending',
    'extension',
    'extensions',
    'type',
    'matching',
    'source',
    'code',
    'see',
    'stored',
    'content',
    'living',
    'sitting',
    'top',
    'level',
    'its',
    'of',
    'including',
    'root',
    'found',
    'left',
    'remain',
    'remaining',
    'along',
    ...(patternIn(clause) === null
      ? []
      : [patternIn(clause)?.slice(2) ?? '', ...Object.keys(KINDS), 'whose', 'ends', 'suffix']),
    ...all.split('/'),
  ]);
  return left.length > 0 ? null : { kind: 'list', folder: all, pattern: patternIn(clause), count };
}

const SHOWS = /\b(?:show|display|print|cat|view|see|output|give|tell|return|dump|what)\b/i;
function recogniseRead(clause: Clause): Intent | null {
  const { text } = clause;
  const path = pathsIn(clause)[0];
  if (path === undefined || pathsIn(clause).length > 1 || path.endsWith('/')) return null;
  if (/^(?:save|store|write|put|append|record)\b/i.test(text)) return null;
  if (path === '.' || clause.around.files.some((file) => file.startsWith(`${path}/`))) return null;
  if (
    !/\b(?:read|open|show|display|print|cat|load|view|output|give|get|see|import|contents?|what(?:'s| is| does)|take|use|return|look|dump|tell|parse|inspect|fetch|retrieve|examine|consider|from|in)\b/i.test(
      text,
    )
  )
    return null;
  const left = unread(text, [
    'read',
    'open',
    'cat',
    'load',
    'view',
    'import',
    'say',
    'says',
    'text',
    'full',
    'raw',
    'look',
    'take',
    'dump',
    'everything',
    'is',
    'inside',
    'parse',
    'inspect',
    'retrieve',
    'examine',
    'fetch',
    'consider',
    'complete',
    'first',
    'up',
    'source',
    'code',
    'back',
    'type',
    'through',
    'json',
    'script',
    'log',
    'note',
    'notes',
    'here',
    'list',
    'written',
    'stored',
    'about',
    'exact',
  ]);
  if (left.length > 0 || /\babout\b/i.test(text)) return null;
  return SHOWS.test(text) ? { kind: 'read', path, shown: true } : { kind: 'read', path };
}
