/** Webhooks: what is logged of a delivery, and what the HTTP interface shows. */
import { z } from 'zod';
import { idSchema } from './identifiers.ts';

/** One attempt to deliver, as the log keeps it. */
export const deliverySchema = z.object({
  delivery_id: z.string(),
  message_id: z.string(),
  attempt: z.int().min(1),
  at: z.iso.datetime(),
  outcome: z.enum(['delivered', 'failed', 'disabled']),
  /** What the receiver answered; null when it did not. */
  http_status: z.int().nullable(),
  error: z.string().nullable(),
  duration_ms: z.number(),
  /** When the next attempt follows; null for none. */
  next_at: z.iso.datetime().nullable(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** Answer of `GET /tasks/{task_id}/webhook`. */
export const webhookViewSchema = z.object({
  url: z.string(),
  /** Of the latest notice; null while the task has not ended. */
  status: z.enum(['pending', 'delivered', 'failed', 'disabled']).nullable(),
  next_at: z.iso.datetime().nullable(),
  deliveries: z.array(deliverySchema),
});
export const resentSchema = z.object({ task_id: idSchema, status: z.literal('pending') });
