declare module 'dynalite' {
  import type { Server } from 'node:http';
  export default function dynalite(options: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
    maxItemSizeKb?: number;
  }): Server;
}

declare module 's3rver' {
  import type { IncomingMessage, Server } from 'node:http';
  import type { Readable } from 'node:stream';
  export interface S3Object {
    readonly bucket: string;
    readonly key: string;
    /** The request itself, where an object is put as a whole. */
    readonly content: Buffer | Readable | IncomingMessage;
    readonly metadata: Readonly<Record<string, string | undefined>>;
  }
  export default class S3rver {
    constructor(options: {
      address?: string;
      port?: number;
      directory?: string;
      silent?: boolean;
      vhostBuckets?: boolean;
      configureBuckets?: { name: string; configs?: string[] }[];
    });
    run(): Promise<{ address: string; port: number }>;
    readonly httpServer: Server;
    readonly store: {
      listObjects(
        bucket: string,
        options: { maxKeys?: number; startAfter?: string; prefix?: string; delimiter?: string },
      ): Promise<{
        objects: { readonly key: string }[];
        commonPrefixes: string[];
        isTruncated: boolean;
      }>;
      getResourcePath(bucket: string, key: string, resource: 'object'): string;
      /** Fails with ENOENT where there is no object. */
      getMetadata(bucket: string, key: string): Promise<{ readonly etag: string }>;
      putMetadata(bucket: string, key: string, metadata: S3Object['metadata'], md5: string): Promise<void>;
      getObject(bucket: string, key: string, options?: object): Promise<S3Object | null>;
      putObject(object: S3Object): Promise<{ size: number; md5: string }>;
      deleteObject(bucket: string, key: string): Promise<void>;
    };
  }
}
