/** Orders, columns, rows and fields that are not named in one word, and the operations that each must be read as. */
type Phrasing = readonly [text: string, ...said: string[]];

export const columns: readonly Phrasing[] = [
  [
    'sort sales.csv by region and then by amount descending',
    'table sales.csv: asc region, desc amount | rows',
  ],
  [
    'Sort employees.csv by department, then salary, and save it as sorted.csv',
    'table employees.csv: asc department, asc salary | rows',
    'write sorted.csv < result',
  ],
  ['Sort data.csv by category then by price', 'table data.csv: asc category, asc price | rows'],
  [
    'order the rows of employees.csv by department (ascending) and then salary (descending)',
    'table employees.csv: asc department, desc salary | rows',
  ],
  [
    'sort sales.csv by region, then by product and then by amount',
    'table sales.csv: asc region, asc product, asc amount | rows',
  ],
  [
    'what is the 90th percentile of salary in employees.csv',
    'table employees.csv: percentile(salary, 90) | measure',
  ],
  [
    'median and 75th percentile of age in employees.csv',
    'table employees.csv: median(age) percentile(age, 75) | measure',
  ],
  [
    '25th and 75th percentiles of salary in employees.csv',
    'table employees.csv: percentile(salary, 25) percentile(salary, 75) | measure',
  ],
  ['third quartile of salary in employees.csv', 'table employees.csv: percentile(salary, 75) | measure'],
  [
    'What is the correlation between price and quantity in data.csv?',
    'table data.csv: correlation(price, quantity) | measure',
  ],
  ['show rows 2 to 4 of employees.csv', 'table employees.csv: rows 2-4 | rows'],
  [
    'sort employees.csv by salary then show the first row',
    'table employees.csv: asc salary | rows',
    'table employees.csv: first 1 | rows',
  ],
  ['what is the 3rd row of employees.csv', 'table employees.csv: rows 3-3 | rows'],
  [
    'average salary of rows 2 to 4 in employees.csv',
    'table employees.csv: mean(salary) | rows 2-4 | measure',
  ],
  ['lines 2 to 4 of notes.txt', 'text notes.txt line_range 2 4'],
  [
    'Add a column total = price * quantity to data.csv and save it to out.csv',
    'table data.csv: total = [price] * [quantity] | rows',
    'write out.csv < result',
  ],
  [
    'add a column called total that is price times quantity to data.csv',
    'table data.csv: total = [price] * [quantity] | rows',
  ],
  [
    'add a total column (price * quantity) to data.csv, sort by total descending and save to out.csv',
    'table data.csv: total = [price] * [quantity] | rows',
    'table data.csv: desc total | rows',
    'write out.csv < result',
  ],
  [
    'What is price times quantity for each row in data.csv?',
    'table data.csv: price_times_quantity = [price] * [quantity] | rows',
  ],
  [
    'Compute the ratio of price to quantity for each row in data.csv',
    'table data.csv: price_per_quantity = [price] / [quantity] | rows',
  ],
  [
    'Add a new column bonus = salary * 0.1 to employees.csv and write the result to bonus.csv',
    'table employees.csv: bonus = [salary] * 0.1 | rows',
    'write bonus.csv < result',
  ],
  ['What is the database port in config.json?', 'json config.json database.port'],
  ['what is the max of the pool of the database in config.json', 'json config.json database.pool.max'],
  ["What's the database's pool's max in config.json", 'json config.json database.pool.max'],
  ['how many features are in config.json', 'json config.json features'],
  [
    'what is the city in the address at http://127.0.0.1:9/user.json',
    'GET http://127.0.0.1:9/user.json body',
    'json <previous> address.city',
  ],
];

export const outputs: readonly Phrasing[] = [
  [
    'Run script.py, then divide its output by 10 and save that to tenth.txt',
    'python script.py',
    '= x / (10)',
    'write tenth.txt < result',
  ],
  ['Run this Python code: print(40+2). Then multiply its output by 2.', 'python "print(40+2)"', '= x * (2)'],
  ['run script.py and sum the numbers in its output', 'python script.py', 'text <previous> numbers sum'],
  ['run script.py and sort its output', 'python script.py', 'text <previous> sort_lines false false'],
  [
    'Execute script.py and tell me how many lines it prints',
    'python script.py',
    'text <previous> count lines',
  ],
  [
    'Run script.py and search its output for "Hello"',
    'python script.py',
    'text <previous> matching_lines Hello false false',
  ],
  ['5 to the third power', '= 5 ^(3)'],
  ['what is two to the tenth power', '= 2 ^(10)'],
  ['What is the fifth root of 243?', '= nthRoot(243,5)'],
  ['what is 80 with a 15% discount', '= ((80)*(1-(15)/100))'],
  ['How much is 80 after 15% off?', '= ((80)*(1-(15)/100))'],
  ['what does a 120 dollar jacket cost after a 25% discount', '= ((120)*(1-(25)/100))'],
  ['How much is 50 plus 20% tax', '= ((50)*(1+(20)/100))'],
  ['two thirds of 90', '= (2/3*90)'],
  ['List every function defined in src/app.py', 'outline src/app.py'],
  ['What does `len("hello world")` give in Python?', 'python "len(\\"hello world\\")"'],
  ['Here is my program: print(sum(range(101))). What does it print?', 'python "print(sum(range(101)))"'],
  ['Make a file named list.txt with three lines: a, b, c', 'write list.txt < "a\\nb\\nc\\n"'],
  ['Does notes.txt contain the word panic?', 'text notes.txt occurrences panic true'],
  ['What are the three longest words in notes.txt?', 'text notes.txt longest word 3'],
  [
    "What's the difference between the highest and the lowest salary in employees.csv?",
    'table employees.csv: range(salary) | measure',
  ],
  [
    'Make a json file staff.json out of employees.csv',
    'table employees.csv: to_json',
    'write staff.json < result',
  ],
  ['convert employees.csv to staff.json', 'table employees.csv: to_json', 'write staff.json < result'],
  [
    'Fetch http://127.0.0.1:9/prices.csv, compute the average price and append it to notes.txt',
    'GET http://127.0.0.1:9/prices.csv body',
    'table <previous>: mean(price) | measure',
    'append notes.txt < result',
  ],
  ['Make a file called empty.txt with nothing in it', 'write empty.txt < ""'],
  ['How often does each word appear in notes.txt?', 'text notes.txt top_words 1000'],
  ['How many characters are in the longest line of notes.txt?', 'text notes.txt longest line true'],
  ['Count the blank lines in notes.txt', 'text notes.txt count blank_lines'],
  [
    'Add a column tax = price * 0.2 to data.csv, save as taxed.csv and tell me the sum of tax',
    'table data.csv: tax = [price] * 0.2 | rows',
    'write taxed.csv < result',
    'table taxed.csv: sum(tax) | measure',
  ],
  ['How much is 3/8 as a decimal?', '= 3/8'],
  ['Move numbers.txt into the archive folder', 'move numbers.txt > archive/numbers.txt'],
  ['list every .py file below src', 'list src *.py'],
  ['count every .py file below src', 'count src *.py'],
];

/** It is not clear what is asked, or a rule would have to guess. */
export const unclear: readonly string[] = [
  'sort employees.csv by department and salary descending',
  'Search all files for the word "grain" and tell me which files have it',
  'Does data.csv have a header?',
  'rows 2 to 3 of sales.csv where region is North',
  'How many orders did customer 10 place in orders.csv?',
  'how much do I save with 15% off 80',
  'What is the spearman correlation of price and quantity in data.csv?',
];
