// Invokes a bundled function as Lambda would: node invoke-bundle.mjs FILE EVENTS; prints one JSON line per event.
import { pathToFileURL } from 'node:url';

const [file, events] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(file).href);
const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 10_000 };
for (const event of JSON.parse(events)) {
  try {
    console.log(JSON.stringify({ answer: await handler(event, context) }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.name }));
  }
}
