import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { packWorkspace } from '../../scripts/cli/workspace-pack.ts';
import { faultOf, knownPath, type Place } from '../../scripts/demo/known-path.ts';
import { engineOf, run } from '../helpers/api-client.ts';

const project = fileURLToPath(new URL('../../scripts/demo/project', import.meta.url));

it('answers the task of the demo, submitted with its project, as the project itself says', async () => {
  const known = knownPath(project, 'main', 'process_data');
  expect(known.length).toBeGreaterThan(2);
  const files = packWorkspace(project).files.map(({ path, content, encoding }) => ({
    path,
    content,
    encoding,
  }));
  const task = await run({
    description: 'Analyze the Python files in ./src and create a call graph from main() to process_data()',
    workspace: { files },
  });
  expect({ status: task.status, error: task.error }).toEqual({ status: 'completed', error: null });
  const { path, locations } = task.final_result as { path: string[]; locations: Place[] };
  expect(faultOf(known, { path, locations })).toBeNull();
  // The page of its execution, which is named after it, in the console of AWS.
  const { console_url } = task as unknown as { console_url: string | null };
  if ((await engineOf()) === 'embedded') expect(console_url).toBeNull();
  else
    expect(console_url).toMatch(new RegExp(`^https://.*\\.console\\.aws\\.amazon\\.com/.*:${task.task_id}`));
});
