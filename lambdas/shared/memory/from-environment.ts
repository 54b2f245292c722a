import { documentClient } from '../aws.ts';
import { readEnvironment } from '../environment.ts';
import type { Archives } from './archives.ts';
import { lexicalEncoder } from './lexical-encoder.ts';
import { createTableArchives } from './table-archives.ts';

export function archivesFromEnvironment(): Archives {
  const { MEMORY_TABLE } = readEnvironment(['MEMORY_TABLE']);
  return createTableArchives({ client: documentClient(), table: MEMORY_TABLE, encoder: lexicalEncoder });
}
