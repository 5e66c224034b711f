// What the grammar expects at a place, until the parser says it.
export interface Expected {
  /** Keywords in upper case. */
  keywords: readonly string[];
  /** Kinds of names, by the grammar's rule for them: jobName, tableName, columnName, optionKey ... */
  names: readonly string[];
}

export function expectedAt(_text: string, _offset: number): Expected {
  return { keywords: [], names: [] };
}
