/**
 * Amazon S3 Vectors' protocol on loopback, as far as the office speaks it: CreateIndex, PutVectors, QueryVectors, DeleteVectors. Limits,
 * errors and answers: the S3 Vectors API reference.
 */
import { S3VectorsClient } from '@aws-sdk/client-s3vectors';
import { z } from 'zod';
import { type LoopbackHttp, startLoopbackHttp } from './loopback-http.ts';

const named = {
  vectorBucketName: z.string(),
  indexName: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
};
const float32 = z.strictObject({ float32: z.array(z.number()).min(1).max(4_096) });
const createSchema = z.strictObject({
  ...named,
  dataType: z.literal('float32'),
  dimension: z.number().int().min(1).max(4_096),
  distanceMetric: z.enum(['cosine', 'euclidean']),
  metadataConfiguration: z
    .strictObject({ nonFilterableMetadataKeys: z.array(z.string()).max(10) })
    .optional(),
});
const putSchema = z.strictObject({
  ...named,
  vectors: z
    .array(
      z.strictObject({
        key: z.string().min(1).max(1_024),
        data: float32,
        metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
      }),
    )
    .min(1)
    .max(500),
});
const querySchema = z.strictObject({
  ...named,
  topK: z.number().int().min(1).max(100),
  queryVector: float32,
  filter: z.record(z.string(), z.strictObject({ $eq: z.string() })).optional(),
  returnDistance: z.boolean().optional(),
  returnMetadata: z.boolean().optional(),
});
const deleteSchema = z.strictObject({ ...named, keys: z.array(z.string()).min(1).max(500) });

type Put = z.infer<typeof putSchema>['vectors'][number];
interface Index {
  readonly dimension: number;
  readonly unfilterable: readonly string[];
  readonly vectors: Map<string, Put>;
}

class Refusal extends Error {
  readonly status: number;
  readonly type: string;
  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

function cosineDistance(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  return 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

export interface S3VectorsServer {
  readonly client: S3VectorsClient;
  readonly http: LoopbackHttp;
  readonly bucket: string;
  readonly indexes: ReadonlyMap<string, Index>;
  close(): Promise<void>;
}

export async function startS3Vectors(): Promise<S3VectorsServer> {
  const bucket = 'memories';
  const indexes = new Map<string, Index>();

  function indexOf({ vectorBucketName, indexName }: { vectorBucketName: string; indexName: string }): Index {
    const index = vectorBucketName === bucket ? indexes.get(indexName) : undefined;
    if (!index) throw new Refusal(404, 'NotFoundException', 'The specified index could not be found');
    return index;
  }
  const fits = (index: Index, { float32: data }: z.infer<typeof float32>) => {
    if (data.length !== index.dimension || data.every((x) => x === 0))
      throw new Refusal(
        400,
        'ValidationException',
        `A vector must have dimension ${index.dimension}, not zero`,
      );
    return data;
  };

  const operations: Readonly<Record<string, (body: unknown) => object>> = {
    '/CreateIndex': (body) => {
      const { vectorBucketName, indexName, dimension, metadataConfiguration } = createSchema.parse(body);
      if (vectorBucketName !== bucket) throw new Refusal(404, 'NotFoundException', 'No such vector bucket');
      if (indexes.has(indexName)) throw new Refusal(409, 'ConflictException', 'The index exists');
      const unfilterable = metadataConfiguration?.nonFilterableMetadataKeys ?? [];
      indexes.set(indexName, { dimension, unfilterable, vectors: new Map() });
      return {};
    },
    '/PutVectors': (body) => {
      const { vectors, ...where } = putSchema.parse(body);
      const index = indexOf(where);
      for (const vector of vectors) fits(index, vector.data);
      for (const vector of vectors) index.vectors.set(vector.key, vector);
      return {};
    },
    '/DeleteVectors': (body) => {
      const { keys, ...where } = deleteSchema.parse(body);
      const index = indexOf(where);
      for (const key of keys) index.vectors.delete(key);
      return {};
    },
    '/QueryVectors': (body) => {
      const { topK, queryVector, filter = {}, returnDistance, ...where } = querySchema.parse(body);
      const index = indexOf(where);
      const query = fits(index, queryVector);
      if (Object.keys(filter).some((key) => index.unfilterable.includes(key)))
        throw new Refusal(400, 'ValidationException', 'The filter names a key that is not filterable');
      const vectors = [...index.vectors.values()]
        .filter(({ metadata }) => Object.entries(filter).every(([key, { $eq }]) => metadata?.[key] === $eq))
        .map(({ key, data }) => ({ key, distance: cosineDistance(query, data.float32) }))
        .sort((a, b) => a.distance - b.distance)
        .slice(0, topK);
      return {
        vectors: returnDistance ? vectors : vectors.map(({ key }) => ({ key })),
        distanceMetric: 'cosine',
      };
    },
  };

  const http = await startLoopbackHttp((request, response) => {
    const reply = (status: number, body: object, type?: string) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(type ? { 'x-amzn-errortype': type } : {}),
      });
      response.end(JSON.stringify(body));
    };
    try {
      const operation = request.method === 'POST' ? operations[request.path] : undefined;
      if (!operation) throw new Refusal(404, 'UnknownOperationException', request.path);
      if (!/Credential=[^,]+\/s3vectors\/aws4_request/.test(request.headers.authorization ?? ''))
        throw new Refusal(403, 'AccessDeniedException', 'The request is not signed');
      reply(200, operation(JSON.parse(request.body)));
    } catch (error) {
      if (error instanceof Refusal) reply(error.status, { message: error.message }, error.type);
      else if (error instanceof z.ZodError) reply(400, { message: error.message }, 'ValidationException');
      else throw error;
    }
  });
  const client = new S3VectorsClient({
    endpoint: http.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    client,
    http,
    bucket,
    indexes,
    async close() {
      client.destroy();
      await http.close();
    },
  };
}
