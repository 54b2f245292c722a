/** Ways of asking that people used who had not seen the rules. */
type Phrasing = readonly [text: string, ...said: string[]];

/** Sentences whose operands are sentences, and chains of operations without a name for what they go on from. */
export const sums: readonly Phrasing[] = [
  ['What is the greatest common divisor of 84 and 126?', '= gcd(84,126)'],
  ['Compute gcd(84,126)', '= gcd(84,126)'],
  ['What do you get when you add 15% to 260?', '= (260)*(1+(15)/100)'],
  ['Multiply the sum of 14 and 6 by the difference of 9 and 4.', '= ((14+6))*((9-4))'],
  ['Take 144, divide it by 12, then subtract 5', '= 144', '= x / (12)', '= x - (5)'],
  ['Square root of 1764, plus 8 squared', '= sqrt(1764) + 8 ^2'],
  ['How much is 5 feet 11 inches in centimeters?', '= number(5 foot, cm) + number(11 inch, cm)'],
  ["what's the cube of seven minus two hundred", '= ((7)^3) - 200'],
  ['Compute 10! / (7! * 3!)', '= 10! / (7! * 3!)'],
  ['Thanks! Now compute 5!', '= 5!'],
  ['What remains if you subtract a quarter of 80 from 50?', '= (50)-((0.25*80))'],
  ['Add 12, 30 and 58 together and divide the result by 4', '= sum([12, 30, 58])', '= x / (4)'],
  ['Show the chain of calls from start() down to end() under ./src', 'path start > end in src'],
  ['Sum the integers from 1 to 100', '= ((1+100)*(100-1+1)/2)'],
  ['By what percentage does a price grow going from 80 to 92?', '= ((92)-(80))/(80)*100'],
  ['What does checkout call directly? Look in the src directory.', 'callees of checkout in src'],
  [
    'Convert 26.2 miles to km and write the result, rounded to 1 decimal place, to out.txt',
    '= number(26.2 mile, km)',
    '= x d1',
    'write out.txt < result',
  ],
  [
    'Here is a script:\n\nimport math\nprint(math.comb(6,2))\n\nRun it and save what it prints to comb.txt',
    'python "import math\\nprint(math.comb(6,2))"',
    'write comb.txt < result',
  ],
  ['Run script.py, storing its stdout in out.txt', 'python script.py', 'write out.txt < result'],
];

/** Asking for lines of a text and for what is written where. */
export const lines: readonly Phrasing[] = [
  ['Create a file named hello.txt containing the text Hello, world!', 'write hello.txt < "Hello, world!"'],
  [
    'Put the words alpha, beta and gamma on separate lines in greek.txt',
    'write greek.txt < "alpha\\nbeta\\ngamma\\n"',
  ],
  [
    'Extract all lines that include ERROR from notes.txt into errors.txt',
    'text notes.txt matching_lines ERROR false false',
    'write errors.txt < result',
  ],
  [
    'Sum numbers.txt and divide the total by 7, saving the answer in out.txt',
    'text numbers.txt numbers sum',
    '= x / (7)',
    'write out.txt < result',
  ],
  ['List everything in the docs folder', 'list docs *'],
  ['Which line of notes.txt is the longest?', 'text notes.txt longest line'],
  [
    'Compute the median of the numbers in numbers.txt, double it and put the answer into doubled.txt',
    'text numbers.txt numbers median',
    '= x * 2',
    'write doubled.txt < result',
  ],
  [
    'What is the stable flag in https://x.io/a.json?',
    'GET https://x.io/a.json body',
    'json <previous> stable',
  ],
  ['How many distinct lines are in notes.txt?', 'text notes.txt count unique_lines'],
  ['Show the unique lines of notes.txt', 'text notes.txt unique_lines false'],
  ['How many log lines in notes.txt are not INFO?', 'text notes.txt matching_lines INFO true true'],
  [
    'How many ERROR lines and how many WARN lines are in notes.txt? Save both numbers to levels.txt',
    'text notes.txt matching_lines ERROR true false',
    'text notes.txt matching_lines WARN true false',
    'write levels.txt < results',
  ],
  [
    'Replace every occurrence of "apple" with "orange" in notes.txt and store that in new.txt',
    'text notes.txt replace apple orange',
    'write new.txt < result',
  ],
  [
    'Read notes.txt, remove the duplicates, sort the rest, and save it to clean.txt. How many lines are left?',
    'read notes.txt',
    'text notes.txt unique_lines true',
    'text <previous> sort_lines false false',
    'write clean.txt < result',
    'text clean.txt count lines',
  ],
  [
    'Count the words of notes.txt and the rows of data.csv and write both counts to counts.txt',
    'text notes.txt count words',
    'table data.csv: count() | measure',
    'write counts.txt < results',
  ],
  [
    'Create a.txt with "one", create b.txt with "two", then combine both into c.txt',
    'write a.txt < "one"',
    'write b.txt < "two"',
    'read a.txt',
    'read b.txt',
    'write c.txt < results',
  ],
  [
    'What version does https://x.io/release.json report?',
    'GET https://x.io/release.json body',
    'json <previous> version',
  ],
  ['Check whether https://x.io/missing responds with 404', 'GET https://x.io/missing status'],
];

/** Rows told by a word of theirs, rows left out, shares, orders and lists of measures. */
export const rows: readonly Phrasing[] = [
  [
    'How many rows in data.csv have a price of at least 12?',
    'table data.csv: price >= 12 | count() | measure',
  ],
  ['Median price of cheap rows in data.csv', 'table data.csv: * == cheap | median(price) | measure'],
  ['How many orders did Ann place in orders.csv?', 'table orders.csv: * == Ann | count() | measure'],
  ['What is the mean of "price" in data.csv?', 'table data.csv: mean(price) | measure'],
  [
    'Total stock value (price times quantity) in data.csv?',
    'table data.csv: sum([price] * [quantity]) | measure',
  ],
  ['What percentage of rows in sales.csv have region North?', 'table sales.csv: region == North | share'],
  [
    'Sum of amount per region in sales.csv, highest first',
    'table sales.csv: by region | sum(amount) | desc | measure',
  ],
  [
    'What are the min, max and mean of price in data.csv?',
    'table data.csv: min(price) max(price) mean(price) | measure',
  ],
  [
    'Drop the rows of data.csv where quantity is 0 and save the rest to stock.csv',
    'table data.csv: quantity != 0 | rows',
    'write stock.csv < result',
  ],
  [
    'average amount of rows in sales.csv excluding those where region is North',
    'table sales.csv: region != North | mean(amount) | measure',
  ],
  [
    'Filter sales.csv for region = North; save as north.csv; report the sum of amount',
    'table sales.csv: region == North | rows',
    'write north.csv < result',
    'table sales.csv: region == North | sum(amount) | measure',
  ],
  [
    'Compute the average price in data.csv and save "Average: <value>" to avg.txt',
    'table data.csv: mean(price) | measure',
    'write avg.txt < "Average: …"',
  ],
];
