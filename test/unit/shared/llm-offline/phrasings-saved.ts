/** Files that are written and spoken of again, and the operations that each sentence must be read as. */
type Phrasing = readonly [text: string, ...said: string[]];

const GET = 'GET http://127.0.0.1:9/x.txt body';

export const saved: readonly Phrasing[] = [
  [
    'make a file greet.txt with the text hi there, then show me its content',
    'write greet.txt < "hi there"',
    'read greet.txt',
  ],
  ['Write "line A" into x.txt, then read it back', 'write x.txt < "line A"', 'read x.txt'],
  ['Create b.txt with the text "abc" and show its content', 'write b.txt < "abc"', 'read b.txt'],
  [
    'Make a file todo.md that says buy milk, then print the file',
    'write todo.md < "buy milk"',
    'read todo.md',
  ],
  ['save "foo" to f.txt and tell me what the file contains now', 'write f.txt < "foo"', 'read f.txt'],
  ['create a.txt containing "hello" and print what it says', 'write a.txt < "hello"', 'read a.txt'],
  [
    'append "zeta" to notes.txt, then tell me what it contains',
    'append notes.txt < "zeta"',
    'read notes.txt',
  ],
  ['copy notes.txt to n2.txt and show me the copy', 'copy notes.txt > n2.txt', 'read n2.txt'],
  ['copy notes.txt to n2.txt then display its content', 'copy notes.txt > n2.txt', 'read n2.txt'],
  ['Compute 12*12, save it to r.txt and show me the file', '= 12*12', 'write r.txt < result', 'read r.txt'],
  ['Compute 12*12, save it to r.txt and show it', '= 12*12', 'write r.txt < result', 'report'],
  [
    'Create a.txt with "one". Create b.txt with "two". Show me both files',
    'write a.txt < "one"',
    'write b.txt < "two"',
    'read a.txt',
    'read b.txt',
  ],
  ['write "hello" to a.txt and check that it exists', 'write a.txt < "hello"', 'exists a.txt'],
  [
    'download http://127.0.0.1:9/x.txt, save it as h.txt and count its words',
    GET,
    'write h.txt < result',
    'text h.txt count words',
  ],
  [
    'fetch http://127.0.0.1:9/x.txt, store it in x.txt, then tell me how many lines it has',
    GET,
    'write x.txt < result',
    'text x.txt count lines',
  ],
  [
    'run script.py, save its output to o.txt and count its lines',
    'python script.py',
    'write o.txt < result',
    'text o.txt count lines',
  ],
  [
    'keep the top 3 rows of employees.csv by salary, save to top.csv and compute their average age',
    'table employees.csv: desc salary | first 3 | rows',
    'write top.csv < result',
    'table top.csv: mean(age) | measure',
  ],
  [
    'Put "buy milk" at the end of notes.txt and show me the whole file afterwards',
    'append notes.txt < "buy milk"',
    'read notes.txt',
  ],
  ['log "started" to notes.txt', 'append notes.txt < "started"'],
  [
    'Make a copy of notes.txt named n2.txt, then delete the original',
    'copy notes.txt > n2.txt',
    'delete notes.txt',
  ],
  [
    'Read sales.csv, keep only the North rows, sort them by amount and save the result as north.csv, then tell me how many rows it has',
    'read sales.csv',
    'table sales.csv: * == North | rows',
    'table sales.csv: asc amount | rows',
    'write north.csv < result',
    'table north.csv: count() | measure',
  ],
  [
    'Find the longest line of notes.txt and count its words',
    'text notes.txt longest line',
    'text <previous> count words',
  ],
  ['Write the following to a.txt:\nfoo\nbar', 'write a.txt < "foo\\nbar"'],
  [
    'Create a.txt with the following content:\nfoo: 1\nbar\n\nThen count its lines.',
    'write a.txt < "foo: 1\\nbar"',
    'text a.txt count lines',
  ],
  ['create log.txt with the lines a, b and c', 'write log.txt < "a\\nb\\nc\\n"'],
  ['create todo.txt with the text wash and print the shirts', 'write todo.txt < "wash and print the shirts"'],
];

/** What would be written is not what the task says, or something else that it asks. */
export const swallowed: readonly string[] = [
  'create x.txt with the content "Hi" and frobnicate it',
  'make a file greet.txt with the text hi there, then frobnicate it',
  'make a file greet.txt with the text hello and email it to Bob',
  'write the text first do this, then do that to a.txt',
  'Create a file a.txt with the text Hello. Nice day.',
  'create log.txt with the lines a, b and c and then frobnicate them',
  'delete notes.txt and show me its content',
  'save "foo" to f.txt and frobnicate the file',
  "Write today's weather to weather.txt",
  'put "x" in notes.txt',
  'insert "x" into notes.txt',
  'Copy notes.txt to n2.txt and delete it',
  'Show the first 2 lines of notes.txt and count their words',
  'What calls load, and what does it call, in src?',
  'Find the path from main to load in src and explain it',
  'Find the call path from main to load in src, then rank the functions by length',
  'List the functions in src and sort them by name',
  'Who calls load in src and how often?',
  'Draw the call graph of src as a PNG',
];
