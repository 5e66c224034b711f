// Date formats as Java writes them (yyyy-MM-dd HH:mm:ss.SSS) in the notation of strftime.

const letters: Record<string, string> = {
  yyyy: '%Y',
  uuuu: '%Y',
  yy: '%y',
  MMMM: '%B',
  MMM: '%b',
  MM: '%m',
  M: '%-m',
  dd: '%d',
  d: '%-d',
  DDD: '%j',
  D: '%-j',
  EEEE: '%A',
  EEE: '%a',
  E: '%a',
  HH: '%H',
  H: '%-H',
  hh: '%I',
  h: '%-I',
  mm: '%M',
  m: '%-M',
  ss: '%S',
  s: '%-S',
  SSS: '%g',
  SSSSSS: '%f',
  a: '%p',
};

/** Undefined when it holds a letter without a counterpart. */
export function dateFormat(java: string): string | undefined {
  const unknown: string[] = [];
  const format = java.replaceAll(/'((?:[^']|'')*)'|([a-zA-Z])\2*|%/g, (token, quoted: string | undefined) => {
    if (token === "''") return "'";
    if (quoted !== undefined) return quoted.replaceAll("''", "'").replaceAll('%', '%%');
    if (token === '%') return '%%';
    const found = letters[token];
    if (found === undefined) unknown.push(token);
    return found ?? token;
  });
  return unknown.length === 0 ? format : undefined;
}
