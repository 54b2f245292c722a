import { documentClient, sqsClient } from './aws.ts';
import { readEnvironment } from './environment.ts';
import { createPlaces, type Places } from './places.ts';
import { createSlotStore, type SlotStore } from './stores/slot-store.ts';
import { createWaitingLine } from './stores/waiting-line.ts';
import { taskQueuesFromEnvironment } from './task-queue.ts';
import { taskTable } from './wiring.ts';

export const slotStore = (): SlotStore =>
  createSlotStore({
    client: documentClient(),
    table: readEnvironment(['ACCOUNTS_TABLE']).ACCOUNTS_TABLE,
  });

export const placesFromEnvironment = (): Places =>
  createPlaces({
    slots: slotStore(),
    line: createWaitingLine({ ...taskTable(), now: () => new Date() }),
    send: taskQueuesFromEnvironment(sqsClient),
  });
