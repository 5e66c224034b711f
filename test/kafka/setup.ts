// Starts one broker for the whole suite, or finds out why there can be none.
import type { TestProject } from 'vitest/node';
import { missingKafka, startKafka } from './brokerForTests';
import { missingForBroker } from './jars';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of a broker that every test may use and none may end; undefined: skip. */
    kafka: string | undefined;
    /** Whether tests can start brokers of their own. */
    ownBrokers: boolean;
  }
}

/** Called by vitest before the first test. `$STREAM_JOBS_KAFKA` names a broker to use instead of a new one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('ownBrokers', (await missingForBroker()) === undefined);
  const missing = await missingKafka();
  if (missing !== undefined) {
    console.warn(`\n*** KAFKA TESTS SKIPPED: ${missing} ***\n`);
    project.provide('kafka', undefined);
    return () => Promise.resolve();
  }
  const broker = await startKafka();
  project.provide('kafka', broker.address);
  return () => broker.dispose();
}
