import type { z } from 'zod';
import type { submissionSchema } from '../../schemas/task.ts';

/** What `GET /tasks/{id}` answers, as far as grading reads it. */
export interface TaskView {
  readonly task_id: string;
  readonly status: string;
  readonly final_result: unknown;
  readonly error: unknown;
  readonly cost: { readonly usd: number; readonly tokens: number };
}

/** Content of a file the task wrote; null when there is none. */
export type FetchArtifact = (path: string) => Promise<string | null>;

export interface Grade {
  readonly pass: boolean;
  readonly reason: string;
}

/** One well-defined task and the code that decides whether its result is right. */
export interface EvalTask {
  readonly id: string;
  readonly family: string;
  readonly submission: z.input<typeof submissionSchema>;
  grade(view: TaskView, fetchArtifact: FetchArtifact): Promise<Grade> | Grade;
}

/** What tasks may refer to: the address of a server that the runner starts. */
export interface EvalGround {
  readonly pagesUrl: string;
}
