import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkProviders, describeConfigured } from '../../../../lambdas/shared/llm/configured.ts';
import { loadModels } from '../../../../lambdas/shared/llm/models.ts';
import { createProviderRegistry, registerProvider } from '../../../../lambdas/shared/llm/providers.ts';
import { createKeyRing, SecretUnavailableError } from '../../../../lambdas/shared/llm/secrets.ts';
import { startOpenAiServer } from '../../../helpers/openai-server.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const NOWHERE = { OLLAMA_BASE_URL: 'http://127.0.0.1:1/v1' };

function setUp(environment: NodeJS.ProcessEnv, secret: () => Promise<string> = async () => 'from-arn') {
  const catalogue = loadModels(environment);
  const keys = createKeyRing({ environment, secrets: { fetch: secret } });
  return { catalogue, keys, registry: createProviderRegistry({ catalogue, environment, keys }) };
}

async function startOllama(names: readonly string[]): Promise<string> {
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ models: names.map((name) => ({ name })) })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

describe('providers', () => {
  it('uses only what is configured, and names what is missing', async () => {
    const { catalogue, registry } = setUp({ ...NOWHERE, OPENAI_API_KEY: 'k' });
    const configured = await describeConfigured(catalogue, registry);
    expect(configured.roles.planner.map(({ model }) => model)).toEqual(['gpt-4o', 'gpt-4o-mini', 'offline']);
    expect(configured.embeddings.map(({ model }) => model)).toEqual(['text-embedding-3-small']);
    expect(configured.providers).toMatchObject({
      openai: { configured: true },
      gemini: { configured: false, missing: 'GEMINI_API_KEY' },
      bedrock: { configured: false, missing: 'OFFICE_BEDROCK=1' },
      ollama: { configured: false },
      offline: { configured: true },
    });
  });

  it('has nothing but rules with nothing configured', async () => {
    const { catalogue, registry } = setUp(NOWHERE);
    const { roles } = await describeConfigured(catalogue, registry);
    expect(Object.values(roles).map((models) => models.map(({ model }) => model))).toEqual(
      Array(6).fill(['offline']),
    );
  });

  it('finds a local Ollama by itself, with the models it has', async () => {
    const environment = { OLLAMA_BASE_URL: await startOllama(['nomic-embed-text:latest', 'qwen3:8b']) };
    const { catalogue, registry } = setUp(environment);
    const { roles, embeddings } = await describeConfigured(catalogue, registry);
    expect(roles.planner).toMatchObject([{ model: 'ollama', id: 'qwen3:8b' }, { model: 'offline' }]);
    expect(embeddings).toMatchObject([{ model: 'nomic-embed-text', id: 'nomic-embed-text:latest' }]);
  });

  it('says how to get the model that Ollama lacks', async () => {
    const { catalogue, registry } = setUp({ OLLAMA_BASE_URL: await startOllama(['nomic-embed-text']) });
    expect(await registry.usable(catalogue.model('ollama'))).toEqual({ missing: '"ollama pull llama3.1"' });
  });

  it('uses Bedrock in the regions a model has', async () => {
    const here = setUp({ OFFICE_BEDROCK: '1', AWS_REGION: 'us-east-1' });
    const off = setUp({ OFFICE_BEDROCK: '0', AWS_REGION: 'us-east-1' });
    expect((await off.registry.status('bedrock')).configured).toBe(false);
    expect(await here.registry.usable(here.catalogue.model('claude-sonnet'))).toHaveProperty('model');
    const there = setUp({ BEDROCK_REGION: 'eu-west-3' });
    expect(await there.registry.usable(there.catalogue.model('claude-sonnet'))).toHaveProperty('missing');
  });

  it('wants a price for an unknown endpoint elsewhere', async () => {
    const remote = { OPENAI_COMPATIBLE_BASE_URL: 'https://llm.example.com/v1' };
    const unpriced = setUp(remote);
    expect(await unpriced.registry.usable(unpriced.catalogue.model('compatible'))).toEqual({
      missing: 'OPENAI_COMPATIBLE_USD_PER_MILLION',
    });
    const priced = setUp({ ...remote, OPENAI_COMPATIBLE_USD_PER_MILLION: '1,2' });
    expect(await priced.registry.usable(priced.catalogue.model('compatible'))).toHaveProperty('model');
  });

  it('says what an address without a scheme lacks', async () => {
    const { registry, catalogue } = setUp({ OPENAI_COMPATIBLE_BASE_URL: 'localhost:8080/v1' });
    const missing = { missing: 'OPENAI_COMPATIBLE_BASE_URL that begins with http:// or https://' };
    expect(await registry.usable(catalogue.model('compatible'))).toEqual(missing);
    const spaced = setUp({ OPENAI_COMPATIBLE_BASE_URL: ' http://127.0.0.1:8080/v1\n' });
    expect(await spaced.registry.usable(spaced.catalogue.model('compatible'))).toHaveProperty('model');
  });

  it('shows no password of an address where nothing answers', async () => {
    const password = ['Zx9', 'Kq7Lm2'].join('');
    const { registry } = setUp({ OLLAMA_BASE_URL: `http://user:${password}@127.0.0.1:9/v1` });
    const status = await registry.status('ollama');
    expect(JSON.stringify(status)).toContain('nothing answers at http://127.0.0.1:9/v1');
    expect(JSON.stringify(status)).not.toContain(password);
  });

  it('checks the keys for the doctor', async () => {
    const good = await startOpenAiServer();
    closing.push(good.close);
    const environment = {
      ...NOWHERE,
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: good.url,
      GROQ_API_KEY: 'bad-key',
      GROQ_BASE_URL: 'http://127.0.0.1:1/v1',
    };
    const { catalogue, registry } = setUp(environment);
    expect(await checkProviders(catalogue, registry)).toMatchObject([
      { provider: 'openai', state: 'answers', models: 1 },
      { provider: 'groq', state: 'fails', advice: 'check GROQ_BASE_URL' },
    ]);
  });

  it('makes a registered provider once, and forgets it when told', async () => {
    let made = 0;
    const provider = { name: 'bench', complete: () => Promise.reject(new Error('unused')) };
    const forget = registerProvider('openai', () => {
      made += 1;
      return provider;
    });
    const { registry } = setUp(NOWHERE);
    expect(await registry.provider('openai')).toBe(provider);
    await registry.provider('openai');
    expect(made).toBe(1);
    forget();
    expect(await registry.status('openai')).toMatchObject({ configured: false });
  });
});

describe('keys', () => {
  it('come from the secret, kept for a while, before the variable', async () => {
    let fetched = 0;
    const { keys } = setUp({ OPENAI_API_KEY: 'plain', OPENAI_API_KEY_SECRET_ARN: 'arn:x' }, async () => {
      fetched += 1;
      return '{"api_key":"secret"}';
    });
    expect(await Promise.all([keys.key('OPENAI_API_KEY'), keys.key('OPENAI_API_KEY')])).toEqual([
      'secret',
      'secret',
    ]);
    expect(fetched).toBe(1);
    expect(await keys.key('GEMINI_API_KEY')).toBeNull();
  });

  it.each(['abc-123\n', ' "abc-123" \r\n', "'abc-123'"])(
    'come without what files leave around them: %j',
    async (text) => {
      const { keys } = setUp({ K: text, L_SECRET_ARN: 'arn:x' }, async () => text);
      expect(await keys.key('K')).toBe('abc-123');
      expect(await keys.key('L')).toBe('abc-123');
    },
  );

  it('are missing when there is nothing but a line end', async () => {
    const { keys } = setUp({ K: ' \n', L_SECRET_ARN: 'arn:x' }, async () => '\n');
    expect(keys.missing('K')).toBe('K');
    expect(await keys.key('K')).toBeNull();
    await expect(keys.key('L')).rejects.toThrow('L_SECRET_ARN names is empty');
  });

  it('are not quoted when the secret is broken JSON', async () => {
    const { keys } = setUp({ K_SECRET_ARN: 'arn:x' }, async () => '{"api_key": abc-123}');
    const error = await keys.key('K').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SecretUnavailableError);
    expect(`${error} ${(error as Error).cause}`).not.toContain('abc-123');
  });

  it('fail by name, without the secret in the message, and are asked for again', async () => {
    let calls = 0;
    const { keys } = setUp({ K_SECRET_ARN: 'arn:x' }, async () => {
      calls += 1;
      if (calls === 1)
        throw Object.assign(new Error('User is not authorized'), { name: 'AccessDeniedException' });
      return '{"other":"a","more":"b"}';
    });
    await expect(keys.key('K')).rejects.toThrow(SecretUnavailableError);
    await expect(keys.key('K')).rejects.toThrow('has no field "api_key"');
  });
});
