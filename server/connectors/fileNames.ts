// Names of files that connectors keep for a job and a table.

/** A file name for a pair of names: distinct for distinct pairs, also where the file system ignores case. */
export function fileNameOf(jobName: string, table: string): string {
  return `${escapeName(jobName)}+${escapeName(table)}`;
}

/** Keeps lower-case letters, digits, `_` and `-`; anything else becomes `%` and its code. */
function escapeName(name: string): string {
  return name.replaceAll(
    /[^a-z0-9_-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
