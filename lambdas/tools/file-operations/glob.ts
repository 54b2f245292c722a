/**
 * Whether a path matches a glob: `*` any characters but `/`, `?` one of them, `**` any folders. Without a `/` the glob
 * is matched against the file's name in any folder. Everything else is literal.
 *
 * Works segment by segment with two pointers instead of a regular expression, so the time is at most the product of
 * the lengths, whatever the pattern.
 */
export function matchesGlob(path: string, glob: string): boolean {
  if (!glob.includes('/')) {
    return glob === '**' || matchesSegment(path.slice(path.lastIndexOf('/') + 1), glob);
  }
  const pattern = glob.replace(/^\.\//, '');
  return matchesList(path.split('/'), pattern.split('/'), matchesSegment, '**');
}

function matchesSegment(name: string, pattern: string): boolean {
  return matchesList(
    [...name],
    [...pattern],
    (character, expected) => expected === '?' || character === expected,
    '*',
  );
}

/** Matches a list of items against a list of patterns in which `wild` stands for any number of items. */
function matchesList(
  items: readonly string[],
  patterns: readonly string[],
  matchesOne: (item: string, pattern: string) => boolean,
  wild: string,
): boolean {
  let item = 0;
  let pattern = 0;
  // Where to go on when the last wildcard takes one item more; earlier wildcards never need to change.
  let retryPattern = -1;
  let retryItem = 0;
  while (item < items.length) {
    const expected = patterns[pattern];
    if (expected === wild) {
      retryPattern = pattern;
      retryItem = item;
      pattern += 1;
    } else if (expected !== undefined && matchesOne(items[item] ?? '', expected)) {
      item += 1;
      pattern += 1;
    } else if (retryPattern >= 0) {
      retryItem += 1;
      item = retryItem;
      pattern = retryPattern + 1;
    } else return false;
  }
  while (patterns[pattern] === wild) pattern += 1;
  return pattern === patterns.length;
}
