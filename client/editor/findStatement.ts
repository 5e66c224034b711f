// Where in a text a job's statement stands.

/**
 * The offset range of the statement that made `job`: its text as it was run, else the one that starts or inserts into
 * that name, for a file that was edited since. Undefined when neither is there.
 */
export function findStatement(
  text: string,
  job: { name: string; statement: string },
): { start: number; end: number } | undefined {
  const exact = text.indexOf(job.statement);
  if (exact >= 0) return { start: exact, end: exact + job.statement.length };
  const name = `[\`"]?${job.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[\`"]?(?![\\w$])`;
  const start = String.raw`START\s+(?:JOB|QUERY)\s+(?:IF\s+NOT\s+EXISTS\s+)?`;
  const create = String.raw`CREATE\s+(?:STREAM|TABLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?`;
  const found = new RegExp(`\\b(?:${start}|${create}|INSERT\\s+INTO\\s+)${name}`, 'i').exec(text);
  return found ? { start: found.index, end: found.index + found[0].length } : undefined;
}
