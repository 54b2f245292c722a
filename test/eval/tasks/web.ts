import type { EvalGround, EvalTask } from '../eval-task.ts';
import { artifact, completedWith, equal, failsWith, mentions, number } from '../grade.ts';

const family = 'web';

/** Fetching addresses of a loopback server. */
export const webTasks = ({ pagesUrl }: EvalGround): EvalTask[] => [
  {
    id: 'web-fetch',
    family,
    submission: { description: `Fetch ${pagesUrl}/hello.txt and show me the content` },
    grade: completedWith(mentions('hello from the server')),
  },
  {
    id: 'web-save',
    family,
    submission: { description: `Download ${pagesUrl}/hello.txt and save it as local/hello.txt` },
    grade: completedWith(artifact('local/hello.txt', 'hello from the server\nsecond line')),
  },
  {
    id: 'web-field',
    family,
    submission: { description: `GET ${pagesUrl}/user.json and tell me the value of address.city` },
    grade: completedWith(equal('value', 'London')),
  },
  {
    id: 'web-field-save',
    family,
    submission: {
      description: `Retrieve ${pagesUrl}/release.json, extract the field "version" and write it to version.txt`,
    },
    grade: completedWith(artifact('version.txt', '4.7.1')),
  },
  {
    id: 'web-status',
    family,
    submission: { description: `What is the HTTP status code of ${pagesUrl}/missing?` },
    grade: completedWith(equal('status', 404)),
  },
  {
    id: 'web-title',
    family,
    submission: { description: `What is the title of the page ${pagesUrl}/index.html?` },
    grade: completedWith(equal('value', 'Office News')),
  },
  {
    id: 'web-count',
    family,
    submission: { description: `How many items are in the JSON array at ${pagesUrl}/items.json?` },
    grade: completedWith(number(4)),
  },
  {
    id: 'web-post',
    family,
    submission: { description: `POST {"ping": 1} to ${pagesUrl}/echo` },
    grade: completedWith(mentions('{"ping": 1}')),
  },
  {
    id: 'web-gone',
    family,
    submission: { description: `Fetch ${pagesUrl}/missing and save it to page.txt` },
    grade: failsWith(/404/),
  },
];
