// Conditional functions, conversion, JSON, collections and aggregates.
import { functionTable } from './definition';

export const conditionalFunctions = functionTable('conditional', [
  ['COALESCE(value T, others T...) -> T', 'The first value that is not NULL.', "COALESCE(NULL, 'a') = 'a'"],
  [
    'IFNULL(value T, other T) -> T',
    'The value, or the other one where it is NULL.',
    "IFNULL(NULL, 'a') = 'a'",
  ],
  ['NULLIF(value T, other T) -> T', 'NULL where the two are equal, else the first.', 'NULLIF(5, 5) IS NULL'],
  [
    'IF(condition BOOLEAN, then T, else T) -> T',
    'One value where the condition holds, else the other.',
    "IF(1 > 0, 'yes', 'no') = 'yes'",
  ],
  [
    'GREATEST(value T, others T...) -> T',
    'The greatest value; NULL when one is NULL.',
    'GREATEST(1, 3, 2) = 3',
  ],
  ['LEAST(value T, others T...) -> T', 'The least value; NULL when one is NULL.', 'LEAST(1, 3, 2) = 1'],
]);

export const conversionFunctions = functionTable('conversion', [
  ['TYPEOF(value ANY) -> STRING', 'The type of a value, as text.', 'TYPEOF(1)'],
]);

export const jsonFunctions = functionTable('json', [
  [
    'JSON_VALUE(json STRING, path STRING) -> STRING',
    'The scalar at a path, as text.',
    `JSON_VALUE('{"a": 1}', '$.a') = '1'`,
  ],
  [
    'JSON_QUERY(json STRING, path STRING) -> STRING',
    'The object or array at a path, as JSON.',
    `JSON_QUERY('{"a": [1]}', '$.a') = '[1]'`,
  ],
  [
    'JSON_EXISTS(json STRING, path STRING) -> BOOLEAN',
    'Whether there is something at a path.',
    `JSON_EXISTS('{"a": 1}', '$.a')`,
  ],
  ['JSON_STRING(value ANY) -> STRING', 'A value as JSON.', "JSON_STRING('a') = '\"a\"'"],
  [
    'JSON_OBJECT(keysAndValues ANY...) -> STRING',
    'A JSON object from keys and values in turn.',
    "JSON_OBJECT('a', 1)",
  ],
  ['JSON_ARRAY(value ANY...) -> STRING', 'A JSON array of the values.', 'JSON_ARRAY(1, 2)'],
  ['JSON_QUOTE(text STRING) -> STRING', 'The text as a JSON string.', "JSON_QUOTE('a') = '\"a\"'"],
  [
    'JSON_UNQUOTE(text STRING) -> STRING',
    'The text a JSON string stands for.',
    "JSON_UNQUOTE('\"a\"') = 'a'",
  ],
]);

export const collectionFunctions = functionTable('collection', [
  [
    'CARDINALITY(array ARRAY<T>) -> INT; CARDINALITY(map MAP<K, V>) -> INT',
    'How many elements there are.',
    'CARDINALITY(ARRAY[1, 2]) = 2',
  ],
  ['ELEMENT(array ARRAY<T>) -> T', 'The only element of an array.', 'ELEMENT(ARRAY[1]) = 1'],
  [
    'ARRAY_CONTAINS(array ARRAY<T>, value T) -> BOOLEAN',
    'Whether a value is among the elements.',
    'ARRAY_CONTAINS(ARRAY[1, 2], 2)',
  ],
  [
    'ARRAY_POSITION(array ARRAY<T>, value T) -> INT',
    'Where a value first stands, from 1; 0 when it does not.',
    'ARRAY_POSITION(ARRAY[1, 2], 2) = 2',
  ],
  [
    'ARRAY_APPEND(array ARRAY<T>, value T) -> ARRAY<T>',
    'The array with one more element at its end.',
    'ARRAY_APPEND(ARRAY[1], 2)',
  ],
  [
    'ARRAY_PREPEND(array ARRAY<T>, value T) -> ARRAY<T>',
    'The array with one more element at its start.',
    'ARRAY_PREPEND(ARRAY[2], 1)',
  ],
  [
    'ARRAY_REMOVE(array ARRAY<T>, value T) -> ARRAY<T>',
    'The array without a value.',
    'ARRAY_REMOVE(ARRAY[1, 2], 1)',
  ],
  ['ARRAY_DISTINCT(array ARRAY<T>) -> ARRAY<T>', 'Each element once.', 'ARRAY_DISTINCT(ARRAY[1, 1])'],
  [
    'ARRAY_REVERSE(array ARRAY<T>) -> ARRAY<T>',
    'The elements in reverse order.',
    'ARRAY_REVERSE(ARRAY[1, 2])',
  ],
  [
    'ARRAY_SLICE(array ARRAY<T>, start INT, [end INT]) -> ARRAY<T>',
    'The elements from start to end, from 1.',
    'ARRAY_SLICE(ARRAY[1, 2, 3], 1, 2)',
  ],
  ['ARRAY_SORT(array ARRAY<T>) -> ARRAY<T>', 'The elements in ascending order.', 'ARRAY_SORT(ARRAY[2, 1])'],
  [
    'ARRAY_CONCAT(array ARRAY<T>, others ARRAY<T>...) -> ARRAY<T>',
    'Arrays one after another.',
    'ARRAY_CONCAT(ARRAY[1], ARRAY[2])',
  ],
  [
    'ARRAY_UNION(left ARRAY<T>, right ARRAY<T>) -> ARRAY<T>',
    'The elements of both, each once.',
    'ARRAY_UNION(ARRAY[1], ARRAY[1, 2])',
  ],
  [
    'ARRAY_INTERSECT(left ARRAY<T>, right ARRAY<T>) -> ARRAY<T>',
    'The elements in both, each once.',
    'ARRAY_INTERSECT(ARRAY[1], ARRAY[1, 2])',
  ],
  [
    'ARRAY_EXCEPT(left ARRAY<T>, right ARRAY<T>) -> ARRAY<T>',
    'The elements of the first that are not in the second.',
    'ARRAY_EXCEPT(ARRAY[1, 2], ARRAY[1])',
  ],
  ['ARRAY_MAX(array ARRAY<T>) -> T', 'The greatest element.', 'ARRAY_MAX(ARRAY[1, 2]) = 2'],
  ['ARRAY_MIN(array ARRAY<T>) -> T', 'The least element.', 'ARRAY_MIN(ARRAY[1, 2]) = 1'],
  [
    'ARRAY_JOIN(array ARRAY<STRING>, separator STRING, [forNull STRING]) -> STRING',
    'The elements as one text with a separator between them.',
    "ARRAY_JOIN(ARRAY['a', 'b'], '-') = 'a-b'",
  ],
  ['MAP_KEYS(map MAP<K, V>) -> ARRAY<K>', 'The keys of a map.', "MAP_KEYS(MAP['a', 1])"],
  ['MAP_VALUES(map MAP<K, V>) -> ARRAY<V>', 'The values of a map.', "MAP_VALUES(MAP['a', 1])"],
  [
    'MAP_FROM_ARRAYS(keys ARRAY<K>, values ARRAY<V>) -> MAP<K, V>',
    'A map from its keys and values.',
    "MAP_FROM_ARRAYS(ARRAY['a'], ARRAY[1])",
  ],
]);

const notRun = { notRun: true };

export const aggregateFunctions = functionTable(
  'aggregate',
  [
    [
      'COUNT(value ANY) -> BIGINT',
      'How many rows there are (*), or how many values that are not NULL.',
      'COUNT(*)',
    ],
    ['SUM(value N) -> N', 'The sum.', 'SUM(amount)'],
    ['AVG(value N) -> N', 'The mean; of whole numbers it is a whole number, as in Flink.', 'AVG(amount)'],
    ['MIN(value T) -> T', 'The least value.', 'MIN(amount)'],
    ['MAX(value T) -> T', 'The greatest value.', 'MAX(amount)'],
    ...['STDDEV_POP', 'STDDEV_SAMP', 'STDDEV', 'VAR_POP', 'VAR_SAMP', 'VARIANCE'].map(
      (name): [string, string, undefined, typeof notRun] => [
        `${name}(value N) -> DOUBLE`,
        'How far the values spread.',
        undefined,
        notRun,
      ],
    ),
    ['FIRST_VALUE(value T) -> T', 'The first value.', undefined, notRun],
    ['LAST_VALUE(value T) -> T', 'The last value.', undefined, notRun],
    ['LISTAGG(value STRING, [separator STRING]) -> STRING', 'The values as one text.', undefined, notRun],
    ['ARRAY_AGG(value T) -> ARRAY<T>', 'The values as an array.', undefined, notRun],
    ['COLLECT(value T) -> ARRAY<T>', 'The values as a multiset.', undefined, notRun],
    [
      'APPROX_COUNT_DISTINCT(value ANY) -> BIGINT',
      'About how many different values there are.',
      undefined,
      notRun,
    ],
    [
      'PERCENTILE(value N, share DOUBLE) -> DOUBLE',
      'The value below which a share of the values lies.',
      undefined,
      notRun,
    ],
    ['ROW_NUMBER() -> BIGINT', 'The number of the row, OVER a window.', undefined, notRun],
    ['RANK() -> BIGINT', 'The rank of the row, OVER a window.', undefined, notRun],
    ['DENSE_RANK() -> BIGINT', 'The rank of the row without gaps, OVER a window.', undefined, notRun],
    [
      'LAG(value T, [count INT], [default T]) -> T',
      'The value some rows before, OVER a window.',
      undefined,
      notRun,
    ],
    [
      'LEAD(value T, [count INT], [default T]) -> T',
      'The value some rows after, OVER a window.',
      undefined,
      notRun,
    ],
    [
      'NTILE(count INT) -> BIGINT',
      'Which of so many equal parts the row is in, OVER a window.',
      undefined,
      notRun,
    ],
  ],
  'aggregate',
);
