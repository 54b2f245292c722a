import { archivistEventSchema } from '../../schemas/roles.ts';
import { archivesFromEnvironment } from '../shared/memory/from-environment.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { claimChecks, eventLog } from '../shared/wiring.ts';
import { createArchivist } from './archivist.ts';

const archivist = createArchivist({
  log: eventLog(),
  claims: claimChecks(),
  archives: archivesFromEnvironment(),
  now: () => new Date(),
});

export const handler = roleHandler('archivist', archivistEventSchema, (event) => archivist.remember(event));
