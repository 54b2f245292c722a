import { toolHandler } from '../../shared/tools/tool-handler.ts';
import { createHttpClient } from './http-client.ts';

export const handler = toolHandler(createHttpClient());
