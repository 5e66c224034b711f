// What a DEPLOY waits for, said while it waits.
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { span } from '../protocol/jobText';
import * as protocol from '../protocol/rpc';
import type { Terminal } from './terminal';

/** Notes each version that goes on probation, once, until something else listens to changes of jobs. */
export function tellProbations(rpc: MessageConnection, terminal: Terminal): void {
  const told = new Set<string>();
  rpc.onNotification(protocol.jobsChanged, ({ jobs }) => {
    for (const { name, probation } of jobs) {
      if (probation === undefined || told.has(`${name} ${probation.until}`)) continue;
      told.add(`${name} ${probation.until}`);
      const most = span(Math.round((Date.parse(probation.until) - Date.now()) / 1000) * 1000);
      terminal.note(
        `${name}: version '${probation.version}' is on probation until it has committed a few batches, for ${most} at most.`,
      );
    }
  });
}
