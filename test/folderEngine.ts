// The engine as a job server has it, for tests: all it finds and keeps is in one folder.
import { allConnectors } from '../server/connectors/connectors';
import type { Connection, Connector, ConnectorContext } from '../server/connectors/connector';
import { createEngine } from '../server/engine/createEngine';
import type { Engine, PipelineEvents } from '../server/engine/engine';
import { jobDirectory } from '../server/jobs/dataDirectory';
import { systemClock } from '../server/jobs/systemClock';

/** @param given `dataDir`: what jobs keep is there, where that is another folder than the one paths begin at */
export function folderEngine(
  folder: string,
  given: {
    dataDir?: string;
    connectors?: readonly Connector[];
    connections?: Record<string, Connection>;
    log?: ConnectorContext['log'];
  } = {},
): Engine {
  const { dataDir = folder, connectors = allConnectors, connections = {}, log = () => undefined } = given;
  return createEngine({
    connectors,
    clock: systemClock,
    context: (jobName) => ({
      clock: systemClock,
      jobName,
      baseDir: folder,
      jobDir: jobDirectory(dataDir, jobName),
      connection: (name) => {
        const found = connections[name];
        return found ? Promise.resolve(found) : Promise.reject(new Error(`no connection ${name}`));
      },
      print: () => undefined,
      log,
    }),
  });
}

/** Events of a pipeline that nobody listens to. */
export const unheard: PipelineEvents = {
  finished: () => undefined,
  failed: () => undefined,
  pauseWanted: () => undefined,
  trouble: () => undefined,
  reached: () => undefined,
};
