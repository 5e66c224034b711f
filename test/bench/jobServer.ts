// A job server in the benchmark's own process, with a clock on every record that leaves a job.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Connector, Sink } from '../../server/connectors/connector';
import { allConnectors } from '../../server/connectors/connectors';
import { StreamJobServer } from '../../server/jobs/streamJobServer';
import { systemClock } from '../../server/jobs/systemClock';
import { folderEngine } from '../folderEngine';

/** When a job last and first (since `reset`) handed rows to a sink, in ms of performance.now(). */
export class Probe {
  last = 0;
  private waiting: ((at: number) => void) | undefined;

  /** Resolves at the next rows. */
  next(): Promise<number> {
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }
  seen(): void {
    this.last = performance.now();
    this.waiting?.(this.last);
    this.waiting = undefined;
  }
}

export interface BenchServer {
  jobs: StreamJobServer;
  probe: Probe;
  /** Runs a script. @throws when a statement fails */
  run(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** @param onRows called with the table whenever rows leave a job */
export async function openServer(onRows: (table: string) => void = () => undefined): Promise<BenchServer> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'stream-jobs-bench-'));
  const probe = new Probe();
  const engine = folderEngine(dataDir, {
    connectors: allConnectors.map((connector) => probed(connector, probe, onRows)),
  });
  const jobs = await StreamJobServer.open({ dataDir, engine, clock: systemClock });
  jobs.setWatched(1);
  return {
    jobs,
    probe,
    async run(sql) {
      const { results } = await jobs.execute(sql, { by: 'bench' });
      for (const { error } of results) if (error) throw new Error(`${error.code}: ${error.message}`);
    },
    async close() {
      await jobs.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A connector whose sinks tell the probe of every batch. */
function probed(connector: Connector, probe: Probe, onRows: (table: string) => void): Connector {
  const make = connector.sink?.bind(connector);
  if (!make) return connector;
  return {
    ...connector,
    target: (table) => connector.target(table),
    sink: (table, context): Sink => {
      const sink = make(table, context);
      const write = sink.write.bind(sink);
      sink.write = (rows, signal) => {
        probe.seen();
        onRows(table.name);
        return write(rows, signal);
      };
      return sink;
    },
  };
}
