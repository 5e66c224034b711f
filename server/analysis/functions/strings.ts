// Functions on text, on bytes and their encodings, and hashes.
import { functionTable } from './definition';

export const stringFunctions = functionTable('string', [
  ['CHAR_LENGTH(text STRING) -> INT', 'The number of characters.', "CHAR_LENGTH('abc') = 3"],
  ['CHARACTER_LENGTH(text STRING) -> INT', 'The number of characters.', "CHARACTER_LENGTH('abc') = 3"],
  ['UPPER(text STRING) -> STRING', 'The text in upper case.', "UPPER('ab') = 'AB'"],
  ['LOWER(text STRING) -> STRING', 'The text in lower case.', "LOWER('AB') = 'ab'"],
  ['INITCAP(text STRING) -> STRING', 'Each word with a capital first letter.', "INITCAP('ab cd') = 'Ab Cd'"],
  [
    'POSITION(part STRING, text STRING) -> INT',
    'Where a part first begins, from 1; 0 when it is not there.',
    "POSITION('b' IN 'abc') = 2",
  ],
  [
    'LOCATE(part STRING, text STRING, [from INT]) -> INT',
    'Where a part first begins, from 1; 0 when it is not there.',
    "LOCATE('b', 'abcb', 3) = 4",
  ],
  [
    'INSTR(text STRING, part STRING) -> INT',
    'Where a part first begins, from 1; 0 when it is not there.',
    "INSTR('abc', 'b') = 2",
  ],
  [
    'TRIM(text STRING) -> STRING; TRIM(side UNIT, characters STRING, text STRING) -> STRING',
    'The text without blanks (or the given characters) at BOTH ends, LEADING or TRAILING.',
    "TRIM(BOTH 'x' FROM 'xabx') = 'ab'",
  ],
  [
    'LTRIM(text STRING, [characters STRING]) -> STRING',
    'The text without blanks (or these characters) at its start.',
    "LTRIM('  ab') = 'ab'",
  ],
  [
    'RTRIM(text STRING, [characters STRING]) -> STRING',
    'The text without blanks (or these characters) at its end.',
    "RTRIM('ab  ') = 'ab'",
  ],
  [
    'BTRIM(text STRING, [characters STRING]) -> STRING',
    'The text without blanks (or these characters) at both ends.',
    "BTRIM(' ab ') = 'ab'",
  ],
  ['REPEAT(text STRING, count INT) -> STRING', 'The text several times.', "REPEAT('ab', 2) = 'abab'"],
  [
    'REPLACE(text STRING, part STRING, by STRING) -> STRING',
    'Every occurrence of a part replaced.',
    "REPLACE('abab', 'b', 'c') = 'acac'",
  ],
  [
    'TRANSLATE(text STRING, from STRING, to STRING) -> STRING',
    'Each character of from replaced by the one at its place in to.',
    "TRANSLATE('abc', 'ab', 'xy') = 'xyc'",
  ],
  [
    'OVERLAY(text STRING, by STRING, start INT, [length INT]) -> STRING',
    'The text with a stretch replaced.',
    "OVERLAY('abcdef', 'XX', 2, 3) = 'aXXef'",
  ],
  [
    'SUBSTRING(text STRING, start INT, [length INT]) -> STRING',
    'A part of the text; the first character is 1.',
    "SUBSTRING('abcd' FROM 2 FOR 2) = 'bc'",
  ],
  [
    'SUBSTR(text STRING, start INT, [length INT]) -> STRING',
    'A part of the text; the first character is 1.',
    "SUBSTR('abcd', 2, 2) = 'bc'",
  ],
  ['LEFT(text STRING, count INT) -> STRING', 'The first characters.', "LEFT('abc', 2) = 'ab'"],
  ['RIGHT(text STRING, count INT) -> STRING', 'The last characters.', "RIGHT('abc', 2) = 'bc'"],
  [
    'LPAD(text STRING, length INT, with STRING) -> STRING',
    'Filled up at the start, or cut, to this length.',
    "LPAD('7', 3, '0') = '007'",
  ],
  [
    'RPAD(text STRING, length INT, with STRING) -> STRING',
    'Filled up at the end, or cut, to this length.',
    "RPAD('7', 3, '0') = '700'",
  ],
  ['REVERSE(text STRING) -> STRING', 'The characters in reverse order.', "REVERSE('abc') = 'cba'"],
  [
    'CONCAT(text TEXT...) -> STRING',
    'The texts one after another; NULL when one is NULL.',
    "CONCAT('a', 'b') = 'ab'",
  ],
  [
    'CONCAT_WS(separator STRING, text TEXT...) -> STRING',
    'The texts with a separator between them, NULLs left out.',
    "CONCAT_WS('-', 'a', 'b') = 'a-b'",
  ],
  [
    'REGEXP(text STRING, pattern STRING) -> BOOLEAN',
    'Whether some part matches a regular expression.',
    "REGEXP('abc', 'b+')",
  ],
  [
    'REGEXP_LIKE(text STRING, pattern STRING) -> BOOLEAN',
    'Whether some part matches a regular expression.',
    "REGEXP_LIKE('abc', 'b+')",
  ],
  [
    'REGEXP_REPLACE(text STRING, pattern STRING, by STRING) -> STRING',
    'Every match of a regular expression replaced.',
    "REGEXP_REPLACE('a1b2', '[0-9]', '') = 'ab'",
  ],
  [
    'REGEXP_EXTRACT(text STRING, pattern STRING, [group INT]) -> STRING',
    'The first match of a regular expression, or of a group of it.',
    "REGEXP_EXTRACT('a12', '([a-z])([0-9]+)', 2) = '12'",
  ],
  [
    'REGEXP_EXTRACT_ALL(text STRING, pattern STRING, [group INT]) -> ARRAY<STRING>',
    'All matches of a regular expression, or of a group of it.',
    "REGEXP_EXTRACT_ALL('a1b2', '[0-9]', 0)",
  ],
  [
    'REGEXP_COUNT(text STRING, pattern STRING) -> INT',
    'How often a regular expression matches.',
    "REGEXP_COUNT('a1b2', '[0-9]') = 2",
  ],
  [
    'REGEXP_SUBSTR(text STRING, pattern STRING) -> STRING',
    'The first match of a regular expression, or NULL.',
    "REGEXP_SUBSTR('a12', '[0-9]+') = '12'",
  ],
  [
    'SPLIT(text STRING, separator STRING) -> ARRAY<STRING>',
    'The parts between the separators.',
    "SPLIT('a,b', ',')",
  ],
  [
    'SPLIT_INDEX(text STRING, separator STRING, index INT) -> STRING',
    'The part at an index, from 0; NULL when there is none.',
    "SPLIT_INDEX('a,b', ',', 1) = 'b'",
  ],
  [
    'STR_TO_MAP(text STRING, [pairSeparator STRING], [keySeparator STRING]) -> MAP<STRING, STRING>',
    'A map from text such as k1=v1,k2=v2.',
    "STR_TO_MAP('a=1,b=2')",
  ],
  [
    'STARTSWITH(text STRING, start STRING) -> BOOLEAN',
    'Whether the text begins so.',
    "STARTSWITH('abc', 'ab')",
  ],
  ['ENDSWITH(text STRING, end STRING) -> BOOLEAN', 'Whether the text ends so.', "ENDSWITH('abc', 'bc')"],
  ['ELT(index INT, text STRING...) -> STRING', 'The text at an index, from 1.', "ELT(2, 'a', 'b') = 'b'"],
  ['ASCII(text STRING) -> INT', 'The code of the first character.', "ASCII('A') = 65"],
  ['CHR(code BIGINT) -> STRING', 'The character with a code.', "CHR(65) = 'A'"],
  [
    'PRINTF(format STRING, value ANY...) -> STRING',
    'The values in a format.',
    "PRINTF('%d items', 3) = '3 items'",
  ],
  ['IS_ALPHA(text STRING) -> BOOLEAN', 'Whether there are only letters.', "IS_ALPHA('abc')"],
  ['IS_DIGIT(text STRING) -> BOOLEAN', 'Whether there are only digits.', "IS_DIGIT('123')"],
  ['IS_DECIMAL(text STRING) -> BOOLEAN', 'Whether the text is a number.', "IS_DECIMAL('1.5')"],
  ['URL_ENCODE(text STRING) -> STRING', 'Escaped for use in a URL.', "URL_ENCODE('a b') = 'a+b'"],
  ['URL_DECODE(text STRING) -> STRING', 'The text that was escaped for a URL.', "URL_DECODE('a+b') = 'a b'"],
  ['TO_BASE64(text STRING) -> STRING', 'The text in base 64.', "TO_BASE64('ab') = 'YWI='"],
  [
    'FROM_BASE64(text STRING) -> STRING',
    'The text that was written in base 64.',
    "FROM_BASE64('YWI=') = 'ab'",
  ],
  [
    'ENCODE(text STRING, charset STRING) -> BYTES',
    'The bytes of a text; charset UTF-8.',
    "ENCODE('ab', 'UTF-8')",
  ],
  [
    'DECODE(bytes BYTES, charset STRING) -> STRING',
    'The text that bytes stand for; charset UTF-8.',
    "DECODE(`key`, 'UTF-8')",
  ],
]);

export const hashFunctions = functionTable('hash', [
  ['MD5(text STRING) -> STRING', 'The MD5 hash, as 32 hexadecimal digits.', "MD5('a')"],
  ['SHA1(text STRING) -> STRING', 'The SHA-1 hash, as 40 hexadecimal digits.', "SHA1('a')"],
  ['SHA256(text STRING) -> STRING', 'The SHA-256 hash, as 64 hexadecimal digits.', "SHA256('a')"],
]);
