// Starts one broker for the whole suite, or finds out why there can be none.
import type { TestProject } from 'vitest/node';
import { Broker } from './broker';
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
  const given = process.env.STREAM_JOBS_KAFKA;
  const missing = await missingForBroker();
  project.provide('ownBrokers', missing === undefined);
  if (given !== undefined && given !== '') {
    project.provide('kafka', given);
    return () => Promise.resolve();
  }
  if (missing !== undefined) {
    const how = 'Install a JDK (17 or newer) and Maven, or set STREAM_JOBS_KAFKA=host:port to a broker.';
    if (process.env.CI !== undefined && process.env.CI !== '')
      throw new Error(`No Kafka to test with: ${missing}. ${how}`);
    console.warn(`\n*** KAFKA TESTS SKIPPED: ${missing}. ${how} ***\n`);
    project.provide('kafka', undefined);
    return () => Promise.resolve();
  }
  const broker = await Broker.start();
  project.provide('kafka', broker.address);
  return () => broker.dispose();
}
