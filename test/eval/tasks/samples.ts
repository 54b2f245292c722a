/** Files that tasks bring along. */
type File = { path: string; content: string };
const files = (entries: Readonly<Record<string, string>>): File[] =>
  Object.entries(entries).map(([path, content]) => ({ path, content }));

export const SALES =
  'date,region,product,amount\n2024-01-03,North,desk,120.5\n2024-01-04,South,lamp,30\n2024-01-09,North,lamp,45\n2024-02-01,West,chair,80\n2024-02-02,South,desk,130\n2024-02-11,North,chair,75.5\n';
export const STAFF =
  'name,department,salary,age\nIda,Engineering,5200,34\nBo,Engineering,4800,29\nCem,Sales,3900,45\nDan,Sales,4100,38\nEva,Support,3300,26\n';
export const DATA =
  'id,name,price,category,quantity\n1,bolt,0.5,metal,200\n2,nut,0.25,metal,400\n3,plank,7,wood,15\n4,beam,22.25,wood,4\n';
export const ORDERS = 'order_id,customer_id,total\n1,10,99.5\n2,11,20\n3,10,0.5\n4,12,45\n';
export const CUSTOMERS = 'customer_id,name,city\n10,Mia,Oslo\n11,Noa,Bergen\n12,Ole,Oslo\n';
export const STORY =
  'The river runs past the mill. The mill grinds the grain of the valley.\nEvery autumn the farmers bring grain to the mill.\n\nERROR: the wheel stopped once.\nThe miller repaired the wheel. Write to miller@example.org for flour.\n';

export const tables = files({ 'sales.csv': SALES, 'staff.csv': STAFF, 'data.csv': DATA });
export const shop = files({ 'orders.csv': ORDERS, 'customers.csv': CUSTOMERS });
export const texts = files({
  'story.txt': STORY,
  'names.txt': 'delta\nalpha\ncharlie\nalpha\nbravo\n',
  'numbers.txt': '4\n8\n15\n16\n23\n42\n',
  'docs/guide.md': '# Guide\n\nRead me first.\n',
});
export const project = files({
  'src/app.py':
    'from pipeline import run_pipeline\n\n\ndef main():\n    run_pipeline("in.csv")\n\n\nif __name__ == "__main__":\n    main()\n',
  'src/pipeline.py':
    'from loaders import read_rows\nfrom stages.clean import clean_rows\n\n\ndef run_pipeline(path):\n    rows = read_rows(path)\n    return clean_rows(rows)\n',
  'src/loaders.py':
    'def read_rows(path):\n    return open(path).read().splitlines()\n\n\ndef unused():\n    return None\n',
  'src/stages/__init__.py': '',
  'src/stages/clean.py':
    'from stages.process import process_data\n\n\ndef clean_rows(rows):\n    return [process_data(row) for row in rows if row]\n',
  'src/stages/process.py':
    'class Formatter:\n    def upper(self, row):\n        return row.upper()\n\n\ndef process_data(row):\n    return Formatter().upper(row)\n',
});
