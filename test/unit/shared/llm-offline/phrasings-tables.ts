/** Ways of asking, and the operations that each must be read as. */
type Phrasing = readonly [text: string, ...said: string[]];

export const tables: readonly Phrasing[] = [
  [
    'read data.csv, compute the mean of column price, and write it to report.txt',
    'read data.csv',
    'table data.csv: mean(price) | measure',
    'write report.txt < result',
  ],
  [
    'Compute the total amount per region in sales.csv and save it to totals.csv',
    'table sales.csv: by region | sum(amount) | measure',
    'write totals.csv < result',
  ],
  ['How many rows in data.csv have price greater than 10?', 'table data.csv: price > 10 | count() | measure'],
  [
    'What is the average price of rows where category is x in data.csv?',
    'table data.csv: category == x | mean(price) | measure',
  ],
  [
    'Which product has the highest amount in sales.csv?',
    'table sales.csv: desc amount | first 1 | select product | which',
  ],
  ['top 3 rows by price in data.csv', 'table data.csv: desc price | first 3 | rows'],
  [
    'join orders.csv and customers.csv on customer_id and compute the total of total by city',
    'table orders.csv: join customers.csv on customer_id | rows',
    'table orders.csv: by city | sum(total) | measure',
  ],
  ['What is the average price in data.csv?', 'table data.csv: mean(price) | measure'],
  ["What's the mean of the price column in data.csv?", 'table data.csv: mean(price) | measure'],
  ['Compute the total amount in sales.csv', 'table sales.csv: sum(amount) | measure'],
  ['What is the sum of column quantity of data.csv', 'table data.csv: sum(quantity) | measure'],
  ['Find the maximum salary in employees.csv', 'table employees.csv: max(salary) | measure'],
  ['How many rows are in data.csv?', 'table data.csv: count() | measure'],
  ['How many rows does sales.csv have?', 'table sales.csv: count() | measure'],
  ['How many distinct categories are there in data.csv?', 'table data.csv: unique(category) | measure'],
  ['List the unique regions in sales.csv', 'table sales.csv: select region | distinct | values'],
  ['What columns does data.csv have?', 'table data.csv: columns'],
  ['List the column names of sales.csv', 'table sales.csv: columns'],
  ['Describe data.csv', 'table data.csv: describe'],
  ['Summarize the CSV file sales.csv', 'table sales.csv: describe'],
  ['Compute summary statistics for data.csv', 'table data.csv: describe'],
  ['Show the first 5 rows of data.csv', 'table data.csv: first 5 | rows'],
  ['Show the top 3 rows of data.csv by price', 'table data.csv: desc price | first 3 | rows'],
  [
    'Which employee has the highest salary in employees.csv?',
    'table employees.csv: desc salary | first 1 | which',
  ],
  ['Who has the lowest salary in employees.csv?', 'table employees.csv: asc salary | first 1 | which'],
  [
    'Which region has the highest total amount in sales.csv?',
    'table sales.csv: by region | sum(amount) | desc | first 1 | which',
  ],
  ['Find the product with the highest price in data.csv', 'table data.csv: desc price | first 1 | which'],
  [
    'What is the name of the product with the lowest price in data.csv?',
    'table data.csv: asc price | first 1 | select name | which',
  ],
  [
    'Average salary by department in employees.csv',
    'table employees.csv: by department | mean(salary) | measure',
  ],
  [
    'For each department in employees.csv, compute the average salary',
    'table employees.csv: by department | mean(salary) | measure',
  ],
  [
    'group sales.csv by region and sum the amount',
    'table sales.csv: by region | rows',
    'table sales.csv: sum(amount) | measure',
  ],
  [
    'Group the rows of sales.csv by region, compute the total amount for each group and write it to by_region.csv',
    'table sales.csv: by region | rows',
    'table sales.csv: sum(amount) | measure',
    'write by_region.csv < result',
  ],
  [
    'Compute the mean, median and max of price in data.csv',
    'table data.csv: mean(price) median(price) max(price) | measure',
  ],
  ['What are the minimum and maximum prices in data.csv?', 'table data.csv: min(price) max(price) | measure'],
  [
    'Calculate the total revenue (price * quantity) in data.csv',
    'table data.csv: sum([price] * [quantity]) | measure',
  ],
  [
    'What is the sum of price times quantity in data.csv?',
    'table data.csv: sum([price] * [quantity]) | measure',
  ],
  [
    'Filter data.csv to rows where category is "x" and save the result to filtered.csv',
    'table data.csv: category == x | rows',
    'write filtered.csv < result',
  ],
  [
    'Keep only the rows of data.csv where price > 5 and quantity < 3, and write them to out.csv',
    'table data.csv: price > 5 and quantity < 3 | rows',
    'write out.csv < results',
  ],
  [
    'From employees.csv, select the name and salary columns and save them to salaries.csv',
    'read employees.csv',
    'table employees.csv: select name,salary | rows',
    'write salaries.csv < results',
  ],
  [
    'Sort employees.csv by salary in descending order and save to sorted.csv',
    'table employees.csv: desc salary | rows',
    'write sorted.csv < result',
  ],
  [
    'Sort data.csv by price and show the first 2 rows',
    'table data.csv: asc price | rows',
    'table data.csv: first 2 | rows',
  ],
  [
    'Get the average age of employees in the Sales department from employees.csv',
    'table employees.csv: department == Sales | mean(age) | measure',
  ],
  [
    'What is the average salary of employees older than 30 in employees.csv?',
    'table employees.csv: age > 30 | mean(salary) | measure',
  ],
  [
    'what is the average salary where age is at least 40 in employees.csv',
    'table employees.csv: age >= 40 | mean(salary) | measure',
  ],
  [
    'Count the rows in sales.csv where region is North',
    'table sales.csv: region == North | count() | measure',
  ],
  [
    'Count how many rows have region equal to "North" in sales.csv',
    'table sales.csv: region == North | count() | measure',
  ],
  ['How many sales are there per region in sales.csv?', 'table sales.csv: by region | count() | measure'],
  ['Number of rows per category in data.csv', 'table data.csv: by category | count() | measure'],
  [
    'Join orders.csv and customers.csv on customer_id and write the result to joined.csv',
    'table orders.csv: join customers.csv on customer_id | rows',
    'write joined.csv < result',
  ],
  [
    'Join orders.csv with customers.csv on customer_id and compute the total per city',
    'table orders.csv: join customers.csv on customer_id | rows',
    'table orders.csv: by city | sum(total) | measure',
  ],
  [
    'Merge orders.csv with customers.csv by customer_id, then compute the sum of total for each city',
    'table orders.csv: join customers.csv on customer_id | rows',
    'table orders.csv: by city | sum(total) | measure',
  ],
  [
    'Convert data.csv to JSON and save it as data.json',
    'table data.csv: to_json',
    'write data.json < result',
  ],
  [
    'Read employees.csv and tell me the median age',
    'read employees.csv',
    'table employees.csv: median(age) | measure',
  ],
  [
    'Load data.csv. What is the average price? Save it to avg.txt.',
    'read data.csv',
    'table data.csv: mean(price) | measure',
    'write avg.txt < result',
  ],
  [
    'Calculate the standard deviation of salary in employees.csv rounded to 2 decimal places',
    'table employees.csv: stdev(salary) | d2 | measure',
  ],
  [
    'Using data.csv, find the total quantity for category x',
    'table data.csv: category == x | sum(quantity) | measure',
  ],
  [
    'What are the top 2 departments by average salary in employees.csv?',
    'table employees.csv: by department | mean(salary) | desc | first 2 | measure',
  ],
  ['What is the most common category in data.csv?', 'table data.csv: mode(category) | measure'],
  ['Find the 2 most expensive products in data.csv', 'table data.csv: desc price | first 2 | rows'],
  [
    "What's the total amount for region North in sales.csv?",
    'table sales.csv: region == North | sum(amount) | measure',
  ],
  [
    'Show me the employees with salary above 50000 in employees.csv',
    'table employees.csv: salary > 50000 | rows',
  ],
  [
    'List names of employees whose age is between 30 and 40 in employees.csv',
    'table employees.csv: age >= 30 and age <= 40 | select name | values',
  ],
  [
    'In sales.csv, what is the average amount for the North region?',
    'read sales.csv',
    'table sales.csv: region == North | mean(amount) | measure',
  ],
  [
    'Read sales.csv, filter rows where amount > 100, and compute the average amount',
    'read sales.csv',
    'table sales.csv: amount > 100 | rows',
    'table sales.csv: mean(amount) | measure',
  ],
  [
    'Write the mean of column price in data.csv to report.txt',
    'table data.csv: mean(price) | measure',
    'write report.txt < result',
  ],
  [
    'Read data.csv, compute the average price and the total quantity, and save them to stats.txt',
    'read data.csv',
    'table data.csv: mean(price) sum(quantity) | measure',
    'write stats.txt < results',
  ],
  [
    'Give me a count of rows grouped by department in employees.csv, sorted by count descending',
    'table employees.csv: by department | count() | desc | measure',
  ],
  [
    'calculate average salary per department in employees.csv, sort descending and save it to avg.csv',
    'table employees.csv: by department | mean(salary) | measure',
    'table employees.csv: desc | rows',
    'write avg.csv < result',
  ],
  [
    'What is the total quantity sold per category? Use data.csv.',
    'table data.csv: by category | sum(quantity) | measure',
  ],
  [
    'Which department has the highest average salary in employees.csv?',
    'table employees.csv: by department | mean(salary) | desc | first 1 | which',
  ],
  [
    'What is the salary of Alice in employees.csv?',
    'table employees.csv: * == Alice | select salary | values',
  ],
  ["What is Bob Smith's age in employees.csv?", 'table employees.csv: * == Bob Smith | select age | values'],
  ['Who is the oldest employee in employees.csv?', 'table employees.csv: desc age | first 1 | which'],
  [
    'What is the name of the cheapest product in data.csv?',
    'table data.csv: asc price | first 1 | select name | which',
  ],
  [
    '1) Read data.csv 2) compute the mean of price 3) write it to mean.txt',
    'read data.csv',
    'table data.csv: mean(price) | measure',
    'write mean.txt < result',
  ],
  [
    'What is the total of the amount column for South in sales.csv?',
    'table sales.csv: * == South | sum(amount) | measure',
  ],
  [
    'What was the total amount in January in sales.csv?',
    'table sales.csv: * == January | sum(amount) | measure',
  ],
  [
    'Average price of items with quantity over 100 in data.csv',
    'table data.csv: quantity > 100 | mean(price) | measure',
  ],
  [
    'Sum the quantity column of data.csv for rows where category equals metal or category equals wood',
    'table data.csv: category == metal or category == wood | sum(quantity) | measure',
  ],
  [
    'Show the names and salaries of employees in Engineering from employees.csv',
    'table employees.csv: * == Engineering | select name,salary | rows',
  ],
  ['Who earns more than 4000 in employees.csv?', 'table employees.csv: salary > 4000 | rows'],
  [
    'Number of employees by department in employees.csv',
    'table employees.csv: by department | count() | measure',
  ],
  [
    'How many employees are older than 30 in employees.csv?',
    'table employees.csv: age > 30 | count() | measure',
  ],
  [
    'What is the median salary for each department in employees.csv? Save as med.json',
    'table employees.csv: by department | median(salary) | measure',
    'write med.json < result',
  ],
  [
    'Combine orders.csv and customers.csv by customer_id and save it as merged.csv',
    'table orders.csv: join customers.csv on customer_id | rows',
    'write merged.csv < result',
  ],
];
