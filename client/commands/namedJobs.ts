// Job names among the arguments that VS Code gives to a command.

/** What a command of the Jobs tree is given: the row, and all selected rows. */
interface JobArgument {
  job: string;
}

/**
 * Job names among a command's arguments: `(row, selectedRows)` from the tree, `(name)` from elsewhere. A row of the tree
 * may be undefined: then it is one of the job whose rows VS Code has forgotten while it draws them anew.
 */
export function namedJobs(args: readonly unknown[], forgotten?: string): string[] {
  const [first, selected] = args;
  if (args.length === 0) return [];
  if (typeof first === 'string') return [first];
  const rows: unknown[] = Array.isArray(selected) ? selected : [first];
  return [
    ...new Set(
      rows
        .map((row) => (row === undefined ? { job: forgotten } : asJob(row)))
        .filter(isJobArgument)
        .map(({ job }) => job),
    ),
  ];
}

/** A row under a job stands for the job. */
function asJob(row: unknown): unknown {
  return typeof row === 'object' && row !== null && 'parent' in row ? row.parent : row;
}

function isJobArgument(value: unknown): value is JobArgument {
  return typeof value === 'object' && value !== null && 'job' in value && typeof value.job === 'string';
}
