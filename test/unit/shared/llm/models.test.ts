import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import builtIn from '../../../../lambdas/shared/llm/models.json' with { type: 'json' };
import {
  baseUrlOf,
  jsonMechanismOf,
  loadModels,
  ModelFileError,
  parseModelFile,
} from '../../../../lambdas/shared/llm/models.ts';

type File = typeof builtIn;
const changed = (change: (file: File) => void): unknown => {
  const file = structuredClone(builtIn);
  change(file);
  return file;
};

describe('model file', () => {
  it("has the owner's choices first and the rules last", () => {
    const catalogue = loadModels({});
    expect(catalogue.route('planner').models.slice(0, 2)).toEqual(['gemini-2.5-pro', 'gpt-4o']);
    expect(catalogue.route('reviewer').models.slice(0, 2)).toEqual(['gemini-2.5-flash', 'gpt-4o-mini']);
    expect(catalogue.route('ai_tool').models.slice(0, 2)).toEqual(['mistral-small', 'gpt-4o-mini']);
    for (const role of ['analyst', 'planner', 'validator', 'broker', 'reviewer', 'ai_tool'] as const)
      expect(catalogue.route(role).models.at(-1)).toBe('offline');
    expect(catalogue.model('offline')).toMatchObject({ local: true, metered: false, last_resort: true });
  });

  it.each([
    [
      'an unknown model in a route',
      (file: File) => file.routes.planner.models.push('gpt-9'),
      'routes.planner.models.10: there is no model "gpt-9"',
    ],
    [
      'an unknown provider',
      (file: File) => Object.assign(file.models['gpt-4o'], { provider: 'acme' }),
      'there is no provider "acme"',
    ],
    [
      'an unknown tier',
      (file: File) => Object.assign(file.models['gpt-4o'], { tier: 'huge' }),
      'models.gpt-4o.tier',
    ],
    [
      'a negative price',
      (file: File) => Object.assign(file.models['gpt-4o'].usd_per_million, { input: -1 }),
      'usd_per_million.input',
    ],
    ['a missing role', (file: File) => Reflect.deleteProperty(file.routes, 'broker'), 'routes.broker'],
    [
      'an encoder that should answer',
      (file: File) => file.routes.planner.models.push('mistral-embed'),
      'is an encoder',
    ],
    [
      'a model that is named like a member of every object',
      (file: File) => file.routes.planner.models.push('constructor'),
      'there is no model "constructor"',
    ],
    ['an unknown field', (file: File) => Object.assign(file.models['gpt-4o'], { colour: 'red' }), 'colour'],
  ])('refuses %s and names the place', (_, change, place) => {
    expect(() => parseModelFile(changed((file) => void change(file)))).toThrow(ModelFileError);
    expect(() => parseModelFile(changed((file) => void change(file)))).toThrow(place);
  });

  it('is overridden by the environment: file, routes, ids, prices, addresses', () => {
    const folder = mkdtempSync(join(tmpdir(), 'models-'));
    const path = join(folder, 'models.json');
    writeFileSync(
      path,
      JSON.stringify(changed((file) => Object.assign(file.models['gpt-4o'], { id: 'mine' }))),
    );
    const catalogue = loadModels({
      OFFICE_MODELS_FILE: path,
      OFFICE_ROUTE_PLANNER: 'gpt-4o, offline',
      OLLAMA_MODEL: 'qwen3',
      OPENAI_COMPATIBLE_USD_PER_MILLION: '1,2,0.5',
    });
    expect(catalogue.route('planner').models).toEqual(['gpt-4o', 'offline']);
    expect(catalogue.model('gpt-4o').id).toBe('mine');
    expect(catalogue.model('ollama').id).toBe('qwen3');
    expect(catalogue.model('compatible').usd_per_million).toEqual({ input: 1, output: 2, cached_input: 0.5 });
    rmSync(folder, { recursive: true });
    expect(() => loadModels({ OFFICE_MODELS_FILE: path })).toThrow(ModelFileError);
    expect(() => loadModels({ OFFICE_ROUTE_PLANNER: 'nobody' })).toThrow(
      'A setting does not fit the model file. OFFICE_ROUTE_PLANNER: there is no model "nobody"',
    );
    expect(() => loadModels({ OPENAI_COMPATIBLE_USD_PER_MILLION: 'free' })).toThrow('US dollars per million');
  });

  it.each(['0.5', '0.5,', ',', ' , ', '-1,2', 'NaN,1', '$1,$2', '1,2,3,4'])(
    'takes %j for no prices: a missing one is not free',
    (prices) => {
      expect(() => loadModels({ OPENAI_COMPATIBLE_USD_PER_MILLION: prices })).toThrow(ModelFileError);
    },
  );

  it('refuses a route for a role there is not', () => {
    expect(() => loadModels({ OFFICE_ROUTE_PLANER: 'gpt-4o' })).toThrow(
      /OFFICE_ROUTE_PLANER names no role.*OFFICE_ROUTE_PLANNER/,
    );
  });

  describe('that is no JSON', () => {
    const load = (text: string) => {
      const folder = mkdtempSync(join(tmpdir(), 'models-'));
      try {
        const path = join(folder, 'models.json');
        writeFileSync(path, text);
        return loadModels({ OFFICE_MODELS_FILE: path });
      } finally {
        rmSync(folder, { recursive: true });
      }
    };

    it.each([
      ['a comma too many', '{\n"a": 1,\n}', 3],
      ['an unknown word', '{\n"providers": {},\n"models": {},\n"routes": { "planner": oops }\n}', 4],
      ['an end too early', '{\n"a": [\n', 3],
      ['nothing', '', 1],
    ])('is refused with its line: %s', (_, text, line) => {
      expect(() => load(text)).toThrow(ModelFileError);
      expect(() => load(text)).toThrow(new RegExp(`line ${line}\\b`));
    });

    it('is JSON behind a byte order mark', () => {
      expect(load(`\uFEFF${JSON.stringify(builtIn)}`).model('gpt-4o').tier).toBe('medium');
    });
  });

  it('takes a local provider for remote when it was pointed elsewhere', () => {
    expect(loadModels({}).model('ollama').local).toBe(true);
    expect(loadModels({ OLLAMA_BASE_URL: 'http://127.0.0.1:9/v1' }).model('ollama').local).toBe(true);
    expect(loadModels({ OLLAMA_HOST: 'gpu.example.com:11434' }).model('ollama').local).toBe(false);
    const entry = loadModels({}).file.providers['ollama'];
    expect(entry && baseUrlOf(entry, { OLLAMA_HOST: '0.0.0.0:11434' })).toBe('http://127.0.0.1:11434/v1');
  });

  it('knows how each model is made to answer JSON', () => {
    const catalogue = loadModels({});
    expect(
      ['gpt-4o', 'claude-sonnet', 'groq-llama-3.1-8b', 'bedrock-llama-3.3-70b'].map((name) =>
        jsonMechanismOf(catalogue.model(name)),
      ),
    ).toEqual(['json_schema', 'forced_tool', 'json_object', 'prompt']);
  });
});
