import type { FileGlance } from '../../../../schemas/briefs.ts';

/** The workspace that the phrasings speak of. */
export const workspace: FileGlance[] = [
  { path: 'data.csv', size: 40, head: 'id,name,price,category,quantity\n1,a,2,x,3\n' },
  { path: 'sales.csv', size: 40, head: 'date,region,product,amount\n2024-01-01,North,a,5\n' },
  { path: 'employees.csv', size: 40, head: 'name,department,salary,age\nIda,Sales,1,2\n' },
  { path: 'orders.csv', size: 40, head: 'order_id,customer_id,total\n1,2,3\n' },
  { path: 'customers.csv', size: 40, head: 'customer_id,name,city\n2,Mia,Oslo\n' },
  { path: 'notes.txt', size: 3, head: 'hi\n' },
  { path: 'numbers.txt', size: 4, head: '1\n2\n' },
  { path: 'README.md', size: 9 },
  { path: 'config.json', size: 8, head: '{"a": 1}' },
  { path: 'script.py', size: 1 },
  { path: 'src/app.py', size: 3 },
  { path: 'src/io/load.py', size: 3 },
  { path: 'docs/a.txt', size: 1 },
];
