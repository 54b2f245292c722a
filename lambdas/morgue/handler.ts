import { morgueEventSchema } from '../../schemas/roles.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { morgueFromEnvironment } from './from-environment.ts';

const morgue = morgueFromEnvironment();

export const handler = roleHandler('morgue', morgueEventSchema, (event) => morgue.bury(event));
