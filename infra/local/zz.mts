const t0 = performance.now();
import { mkdtempSync } from 'node:fs';
const { startOffice } = await import('./office.ts');
console.log('imported', (performance.now() - t0).toFixed(0), 'cpu', process.cpuUsage().user / 1000 | 0);
const t1 = performance.now();
const dataDir = process.argv[2] ?? mkdtempSync('/tmp/off-');
const office = await startOffice({ dataDir, port: 0, log: console.log });
console.log('started', (performance.now() - t1).toFixed(0), 'total', (performance.now() - t0).toFixed(0), 'cpu', process.cpuUsage().user / 1000 | 0);
const auth = { authorization: `Bearer ${office.apiKey}`, 'content-type': 'application/json' };
async function task(description: string) {
  const t = performance.now();
  const r = await fetch(office.url + '/tasks', { method: 'POST', headers: auth, body: JSON.stringify({ description }) });
  const body: any = await r.json(); if (r.status !== 202) { console.log(r.status, JSON.stringify(body).slice(0, 600)); return; }
  let view: any;
  for (let i = 0; i < 400; i++) { view = await (await fetch(office.url + '/tasks/' + body.task_id, { headers: auth })).json(); if (['completed', 'failed', 'cancelled'].includes(view.status)) break; await new Promise((r) => setTimeout(r, 25)); }
  console.log(view.status, (performance.now() - t).toFixed(0), 'ms', JSON.stringify(view.final_result ?? view.error ?? view).slice(0, 700));
}
await task('What is 12 km in miles?');
await task('What is 2 + 2 * 10?');
await task('What is 2 + 2 * 11?');
console.log(JSON.stringify(await office.meter.snapshot()));
await office.stop();
