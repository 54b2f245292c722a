import { ulid } from 'ulid';
import {
  acceptedTaskSchema,
  cancelledSchema,
  feedbackSchema,
  listTasksQuerySchema,
  storedFeedbackSchema,
  taskListSchema,
  taskViewSchema,
  uploadAnswerSchema,
  uploadRequestSchema,
} from '../../../schemas/http.ts';
import { submissionSchema } from '../../../schemas/task.ts';
import { cancelTask } from '../cancellation.ts';
import { type Call, type Endpoint, endpoint, noTask, taskKeyOf } from '../endpoint.ts';
import { conflict } from '../problem.ts';
import { checkSubmission, startUploaded, submitTask, uploadUrls } from '../submission.ts';
import { answerForTask, listTasks } from '../task-answers.ts';
import { normalizePaths } from '../workspace-files.ts';

const submit = endpoint({
  method: 'POST',
  path: '/tasks',
  operation_id: 'submitTask',
  tag: 'Tasks',
  summary: 'Submit a task',
  description:
    'Only `description` is required. The task is durable before the answer. With an `Idempotency-Key` header a repeated request gets the same answer and makes no second task. ' +
    'With `workspace: {"upload": true}` the answer holds presigned URLs and the task starts on `POST /tasks/{task_id}/start`.',
  scope: 'tasks:write',
  body: submissionSchema,
  idempotent: true,
  answers: { 202: { description: 'Accepted', schema: acceptedTaskSchema } },
  check: ({ deps, caller, body }) => checkSubmission(deps, caller.tenant_id, body),
  async handle({ deps, caller, body, subject, takeTask }) {
    await takeTask();
    const accepted = await submitTask(deps, caller.tenant_id, body, subject);
    return { status: 202, body: accepted, headers: { location: accepted.links.self } };
  },
});

const list = endpoint({
  method: 'GET',
  path: '/tasks',
  operation_id: 'listTasks',
  tag: 'Tasks',
  summary: 'List tasks, newest first',
  scope: 'tasks:read',
  query: listTasksQuerySchema,
  answers: {
    200: { description: 'A page of tasks; `cursor` leads to the next one', schema: taskListSchema },
  },
  async handle({ deps, caller, query }) {
    return { status: 200, body: await listTasks(deps, caller.tenant_id, query) };
  },
});

const show = async (call: Call<unknown, unknown>) => ({
  status: 200,
  body: await answerForTask(call.deps, taskKeyOf(call)),
});

const get = endpoint({
  method: 'GET',
  path: '/tasks/{task_id}',
  operation_id: 'getTask',
  tag: 'Tasks',
  summary: 'Status, progress, subtasks, cost and result of a task',
  scope: 'tasks:read',
  answers: { 200: { description: 'The task', schema: taskViewSchema } },
  handle: show,
});

const status = endpoint({
  method: 'GET',
  path: '/tasks/{task_id}/status',
  operation_id: 'getTaskStatus',
  tag: 'Tasks',
  summary: 'The same as the task itself',
  scope: 'tasks:read',
  answers: { 200: { description: 'The task', schema: taskViewSchema } },
  handle: show,
});

const cancel = endpoint({
  method: 'POST',
  path: '/tasks/{task_id}/cancel',
  operation_id: 'cancelTask',
  tag: 'Tasks',
  summary: 'Cancel a task',
  description:
    'Stops its executions, withdraws its approvals and frees what was reserved. 409 when it has ended.',
  scope: 'tasks:write',
  answers: { 202: { description: 'Cancelled', schema: cancelledSchema } },
  async handle(call) {
    const key = taskKeyOf(call);
    await cancelTask(call.deps, key, call.caller.actor);
    return { status: 202, body: { task_id: key.task_id, status: 'cancelled' } };
  },
});

const upload = endpoint({
  method: 'POST',
  path: '/tasks/{task_id}/uploads',
  operation_id: 'uploadFiles',
  tag: 'Tasks',
  summary: 'More presigned URLs for a task that waits for its workspace',
  scope: 'tasks:write',
  body: uploadRequestSchema,
  answers: { 200: { description: 'One URL a file', schema: uploadAnswerSchema } },
  async handle(call) {
    const key = taskKeyOf(call);
    const paths = normalizePaths(call.body.files, 'files');
    const record = await call.deps.tasks.get(key);
    if (record === null) throw noTask(key.task_id);
    if (record.stage !== 'uploading') throw conflict(`Task ${key.task_id} does not wait for an upload.`);
    return { status: 200, body: { files: await uploadUrls(call.deps, key, paths) } };
  },
});

const start = endpoint({
  method: 'POST',
  path: '/tasks/{task_id}/start',
  operation_id: 'startTask',
  tag: 'Tasks',
  summary: 'Start a task whose workspace has been uploaded',
  scope: 'tasks:write',
  answers: { 202: { description: 'Started', schema: cancelledSchema } },
  async handle(call) {
    const key = taskKeyOf(call);
    if ((await call.deps.tasks.get(key)) === null) throw noTask(key.task_id);
    const record = await startUploaded(call.deps, key);
    return { status: 202, body: { task_id: key.task_id, status: record.status } };
  },
});

const feedback = endpoint({
  method: 'POST',
  path: '/tasks/{task_id}/feedback',
  operation_id: 'giveFeedback',
  tag: 'Tasks',
  summary: 'Rate a task from 1 to 5',
  scope: 'tasks:write',
  body: feedbackSchema,
  answers: { 201: { description: 'Stored', schema: storedFeedbackSchema } },
  async handle(call) {
    const key = taskKeyOf(call);
    if ((await call.deps.tasks.get(key)) === null) throw noTask(key.task_id);
    const created = call.deps.now();
    const stored = {
      ...call.body,
      feedback_id: ulid(created.getTime()),
      task_id: key.task_id,
      created_at: created.toISOString(),
    };
    // First, because it refuses plans that the task has not; a repeated rating of a task replaces the one before.
    await call.deps.onFeedback?.(key, call.body);
    await call.deps.documents.putFeedback(key, stored);
    return { status: 201, body: stored };
  },
});

export const taskRoutes: readonly Endpoint[] = [submit, list, get, status, cancel, upload, start, feedback];
