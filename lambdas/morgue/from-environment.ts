import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { sqsClient } from '../shared/aws.ts';
import { readEnvironment } from '../shared/environment.ts';
import { placesFromEnvironment } from '../shared/places-from-environment.ts';
import { createApprovalStore } from '../shared/stores/approval-store.ts';
import { createDeadLetterStore } from '../shared/stores/dead-letter-store.ts';
import { createHoldStore } from '../shared/stores/hold-store.ts';
import { eventLog, taskStore, taskTable } from '../shared/wiring.ts';
import { createWithdraw } from '../shared/withdrawal.ts';
import { createMorgue } from './morgue.ts';

/** The morgue with real stores; the dispatcher's sweep buries through it too. */
export function morgueFromEnvironment() {
  const environment = readEnvironment(['DEAD_LETTER_QUEUE_URL']);
  return createMorgue({
    log: eventLog(),
    tasks: taskStore(),
    places: placesFromEnvironment(),
    withdraw: createWithdraw({
      approvals: createApprovalStore(taskTable()),
      holds: createHoldStore(taskTable()),
      now: () => new Date(),
    }),
    letters: createDeadLetterStore(taskTable()),
    enqueue: async (letter) => {
      const body = JSON.stringify(letter);
      await sqsClient().send(
        new SendMessageCommand({ QueueUrl: environment.DEAD_LETTER_QUEUE_URL, MessageBody: body }),
      );
    },
    now: () => new Date(),
  });
}
