import { ModelRequiredError } from '../provider.ts';

/** The settings that add a language model; the same words everywhere. */
export const MODEL_SETTINGS =
  'GEMINI_API_KEY, OPENAI_API_KEY, MISTRAL_API_KEY, GROQ_API_KEY, OLLAMA_BASE_URL or OLLAMA_HOST, or Bedrock through AWS credentials with OFFICE_BEDROCK=1';

const ABILITIES =
  'call paths and call graphs of source folders, arithmetic and unit conversion, running given Python, file work in the workspace, fetching URLs, and counting and summarising text, CSV and JSON';

/** The refusal of a task whose words no rule understands. `reason` is one sentence. */
export function beyondRules(reason: string): ModelRequiredError {
  return new ModelRequiredError(
    `${reason} This office runs without a language model: its rule-based offline provider handles ${ABILITIES}. To add a model, set ${MODEL_SETTINGS}.`,
    reason,
  );
}

/** The refusal of a task that was understood and can't be done, whatever the model. */
export function impossible(reason: string): ModelRequiredError {
  return new ModelRequiredError(
    `${reason} The rule-based offline provider knows no other way; a language model may (set ${MODEL_SETTINGS}).`,
    reason,
  );
}
