import type { Endpoint } from '../endpoint.ts';
import { accountingRoutes } from './accounting.ts';
import { approvalRoutes } from './approvals.ts';
import { artifactRoutes } from './artifacts.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { mcpServerRoutes } from './mcp-servers.ts';
import { modelRouteRoutes } from './model-routes.ts';
import { policyRoutes } from './policies.ts';
import { serviceRoutes } from './service.ts';
import { taskLogRoutes } from './task-logs.ts';
import { taskRoutes } from './tasks.ts';
import { toolRoutes } from './tools.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every endpoint of the office, in the order the documentation shows them. */
export const endpoints: readonly Endpoint[] = [
  ...taskRoutes,
  ...taskLogRoutes,
  ...artifactRoutes,
  ...webhookRoutes,
  ...approvalRoutes,
  ...deadLetterRoutes,
  ...toolRoutes,
  ...mcpServerRoutes,
  ...policyRoutes,
  ...accountingRoutes,
  ...modelRouteRoutes,
  ...serviceRoutes(() => endpoints),
];
