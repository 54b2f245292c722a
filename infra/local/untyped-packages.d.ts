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
  import type { Server } from 'node:http';
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
    };
  }
}
