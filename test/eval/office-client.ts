import type { EvalTask, FetchArtifact, TaskView } from './eval-task.ts';

const FINAL = new Set(['completed', 'failed', 'cancelled']);
const POLL_MS = 100;

export interface OfficeClient {
  /** Submits and waits for the end. @throws when the office refuses the task or it does not end in time */
  run(submission: EvalTask['submission']): Promise<TaskView>;
  artifactsOf(taskId: string): FetchArtifact;
}

/** The few calls of the HTTP interface that the evaluation needs. */
export function connectOffice(baseUrl: string, key: string, timeoutMs: number): OfficeClient {
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, baseUrl), {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...init.headers },
    });

  async function json(response: Response): Promise<unknown> {
    const text = await response.text();
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${text.slice(0, 500)}`);
    return JSON.parse(text);
  }

  return {
    async run(submission) {
      const { task_id } = (await json(
        await call('/tasks', { method: 'POST', body: JSON.stringify(submission) }),
      )) as { task_id: string };
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const view = (await json(await call(`/tasks/${task_id}`))) as TaskView;
        if (FINAL.has(view.status)) return view;
        if (Date.now() > deadline)
          throw new Error(`Task ${task_id} is still ${view.status} after ${timeoutMs / 1000} s.`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    artifactsOf: (taskId) => async (path) => {
      const response = await call(
        `/tasks/${taskId}/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`,
      );
      if (response.status === 404) {
        await response.body?.cancel();
        return null;
      }
      if (!response.ok) throw new Error(`HTTP ${response.status} for artifact ${path}`);
      return response.text();
    },
  };
}
