import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const segmentSchema = z.looseObject({
  name: z.string(),
  id: z.string(),
  parent_id: z.string().optional(),
  trace_id: z.string(),
  annotations: z.record(z.string(), z.unknown()).optional(),
  aws: z.looseObject({ operation: z.string() }).optional(),
  fault: z.boolean().optional(),
});
export type TraceSegment = z.infer<typeof segmentSchema>;

/** Listens as X-Ray's daemon does: each UDP packet is a header line and a segment as JSON. */
export async function openDaemon(): Promise<{
  address: string;
  segments: TraceSegment[];
  /** The first segment of the name, once it has come. */
  received(name: string): Promise<TraceSegment>;
  close(): void;
}> {
  const socket = createSocket('udp4');
  const segments: TraceSegment[] = [];
  socket.on('message', (packet) => {
    const [, body = ''] = packet.toString('utf8').split('\n');
    segments.push(segmentSchema.parse(JSON.parse(body)));
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    segments,
    async received(name) {
      for (;;) {
        const found = segments.find((each) => each.name === name);
        if (found !== undefined) return found;
        await once(socket, 'message');
      }
    },
    close: () => socket.close(),
  };
}
