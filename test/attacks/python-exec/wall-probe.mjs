/** Runs in place of the interpreter and tries, as plain JavaScript, what a full escape would try next. */
const [secret, marker, port] = process.argv.slice(2);
const outcomes = {};
async function attempt(name, action) {
  try {
    outcomes[name] = { got: String(await action()).slice(0, 100) };
  } catch (error) {
    outcomes[name] = { refused: error.code ?? error.cause?.code ?? error.name };
  }
}
const fs = await import('node:fs');
await attempt('read', () => fs.readFileSync(secret, 'utf8'));
await attempt('read by stream', () => fs.promises.readFile(secret, 'utf8'));
await attempt('list', () => fs.readdirSync('/'));
await attempt('write', () => fs.writeFileSync(marker, 'x'));
await attempt('link', () => fs.symlinkSync(secret, marker));
await attempt('process', async () => (await import('node:child_process')).execSync('id'));
await attempt('worker', async () => new (await import('node:worker_threads')).Worker('1', { eval: true }));
await attempt('eval', () => Reflect.get(globalThis, 'eval')('1 + 1'));
await attempt('Function', () => new Function('return 1')());
await attempt('binding', () => process.binding('fs'));
await attempt('environment', () => {
  const names = Object.keys(process.env).filter((name) => name !== 'PWD');
  if (names.length === 0) throw new ReferenceError('empty');
  return names;
});
await attempt('network', async () => (await fetch(`http://127.0.0.1:${port}/`)).status);
process.stdout.write(JSON.stringify(outcomes));
