// The broker a suite uses: the one that `$STREAM_JOBS_KAFKA` names, else a new one where there can be one.
import { Broker } from './broker';
import { missingForBroker } from './jars';

export interface SuiteBroker {
  address: string;
  /** Ends it, if it is not somebody else's. */
  dispose(): Promise<void>;
}

/** Why there can be no broker, with how to get one; undefined when there can. @throws where everything must run (CI) */
export async function missingKafka(): Promise<string | undefined> {
  if (givenAddress() !== undefined) return undefined;
  const missing = await missingForBroker();
  if (missing === undefined) return undefined;
  const said = `${missing}. Install a JDK (17 or newer) and Maven, or set STREAM_JOBS_KAFKA=host:port to a broker.`;
  if ((process.env.CI ?? '') !== '') throw new Error(`No Kafka to test with: ${said}`);
  return said;
}

export async function startKafka(): Promise<SuiteBroker> {
  const given = givenAddress();
  if (given !== undefined) return { address: given, dispose: () => Promise.resolve() };
  const broker = await Broker.start();
  return { address: broker.address, dispose: () => broker.dispose() };
}

function givenAddress(): string | undefined {
  const given = process.env.STREAM_JOBS_KAFKA;
  return given === '' ? undefined : given;
}
