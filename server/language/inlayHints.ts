// Live states beside the names of a statement about several jobs; a statement about one has them in its lens.
import type { InlayHint, Range } from 'vscode-languageserver-types';
import { jobUses } from './liveJobs/jobUses';
import { liveText } from './liveJobs/jobWords';
import type { KnownJobs } from './liveJobs/knownJobs';
import type { Script } from './script';

export function inlayHints(script: Script, range: Range, jobs: KnownJobs | undefined): InlayHint[] {
  if (jobs === undefined) return [];
  const from = script.document.offsetAt(range.start);
  const to = script.document.offsetAt(range.end);
  return script.statements.flatMap((statement) => {
    const { tree } = statement;
    if (tree === undefined || statement.start > to || statement.end < from) return [];
    const { uses } = jobUses(tree, statement.pipelineName);
    return uses.length < 2
      ? []
      : uses.flatMap(({ name }) => {
          const job = jobs.byName.get(name.text);
          if (job === undefined) return [];
          const position = script.document.positionAt(statement.start + name.span.end);
          return [{ position, label: liveText(job, jobs), paddingLeft: true }];
        });
  });
}
