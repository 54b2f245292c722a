import { documentClient } from '../aws.ts';
import { readEnvironment } from '../environment.ts';
import { describeError } from '../errors.ts';
import { logger } from '../telemetry.ts';
import type { Archives } from './archives.ts';
import { attentive, type Encoder } from './encoder.ts';
import { lexicalEncoder } from './lexical-encoder.ts';
import type { MemoryStore } from './memory-store.ts';
import { createMinilmEncoder, minilmIsThere } from './minilm-encoder.ts';
import { minilmFolder } from './minilm-files.ts';
import { createModelEncoder } from './model-encoder.ts';
import { noArchives } from './no-archives.ts';
import { createArchives } from './remembering-archives.ts';
import { createTableMemoryStore } from './table-memory-store.ts';

const reportTrouble = (what: string, error: unknown): void =>
  logger.error(what, { reason: describeError(error) });

/** Loaded with the first text: adapters of models are no part of every function's cold start. */
const modelEncoder: Encoder = {
  async encode(texts, purpose) {
    const { embedderFromEnvironment } = await import('../llm/from-environment.ts');
    return createModelEncoder(embedderFromEnvironment(), lexicalEncoder).encode(texts, purpose);
  },
};

/**
 * The encoder that `OFFICE_ENCODER` names: `minilm` (set up by `npm run encoder`), `models` (the model file's
 * embeddings, e.g. on Bedrock), `lexical`; without it the first of these that is there.
 */
export function encoderFromEnvironment(): Encoder {
  const { OFFICE_ENCODER } = readEnvironment(['OFFICE_ENCODER']);
  const folder = minilmFolder(process.env);
  switch (OFFICE_ENCODER) {
    case 'minilm':
      return createMinilmEncoder(folder);
    case 'models':
      return modelEncoder;
    case 'lexical':
      return lexicalEncoder;
    default:
      return minilmIsThere(folder) ? createMinilmEncoder(folder) : modelEncoder;
  }
}

function storeFromEnvironment(): MemoryStore {
  const { MEMORY_TABLE, MEMORY_VECTOR_BUCKET } = readEnvironment(['MEMORY_TABLE', 'MEMORY_VECTOR_BUCKET']);
  const records = createTableMemoryStore({
    client: documentClient(),
    table: MEMORY_TABLE,
    onTrouble: reportTrouble,
  });
  if (MEMORY_VECTOR_BUCKET === undefined) return records;
  let store: MemoryStore | undefined;
  const opened = import('./vector-bucket-store.ts').then(({ vectorBucketStoreFromEnvironment }) => {
    store = vectorBucketStoreFromEnvironment(records, MEMORY_VECTOR_BUCKET, reportTrouble);
    return store;
  });
  return {
    put: async (...args) => (await opened).put(...args),
    count: async (...args) => (await opened).count(...args),
    rate: async (...args) => (await opened).rate(...args),
    nearest: async (...args) => (await opened).nearest(...args),
    latest: async (...args) => (await opened).latest(...args),
    known: (tenantId) => store?.known(tenantId) ?? [],
  };
}

let made: Archives | undefined;

/**
 * The office's memory. One per process: what one role has just learned another one knows.
 * `OFFICE_MEMORY=off` gives an office that neither remembers nor recalls.
 */
export function archivesFromEnvironment(): Archives {
  if (made !== undefined) return made;
  const { OFFICE_MEMORY, OFFICE_SHARED_MEMORY } = readEnvironment(['OFFICE_MEMORY', 'OFFICE_SHARED_MEMORY']);
  made =
    OFFICE_MEMORY === 'off'
      ? noArchives
      : createArchives({
          store: storeFromEnvironment(),
          encoder: attentive(encoderFromEnvironment()),
          sharedPool: OFFICE_SHARED_MEMORY === 'on',
          onTrouble: reportTrouble,
        });
  return made;
}

/** Makes the next `archivesFromEnvironment()` read the environment anew: several offices, one after the other, in a process. */
export function forgetArchives(): void {
  made = undefined;
}
