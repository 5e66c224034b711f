// Named connections, with their secrets, as the editor or a file gave them. They are kept in memory only.
import { readFile } from 'node:fs/promises';
import type { Clock, Connection } from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';

/** Environment variable that names a JSON file of connections: { "prod": { "brokers": ["..."], ... } }. */
export const connectionsVariable = 'STREAM_JOBS_CONNECTIONS';

/** How long a job waits for a connection the editor has not handed over yet, in ms. */
const waitMs = 5000;
const stepMs = 50;

export class Connections {
  private readonly known = new Map<string, Connection>();

  constructor(private readonly clock: Clock) {}

  /** Adds or replaces connections by name. */
  set(connections: Record<string, Connection>): void {
    for (const [name, connection] of Object.entries(connections)) this.known.set(name, connection);
  }

  /** @throws StreamJobsError CONNECTION_UNKNOWN, naming those that are known */
  async get(name: string): Promise<Connection> {
    const deadline = this.clock.monotonic() + waitMs;
    for (;;) {
      const connection = this.known.get(name);
      if (connection) return connection;
      if (this.clock.monotonic() >= deadline) break;
      await this.clock.sleep(stepMs);
    }
    const names = [...this.known.keys()].join(', ');
    throw new StreamJobsError('CONNECTION_UNKNOWN', `There is no connection named ${name}.`, {
      hint:
        names === ''
          ? `Define it in the setting streamJobs.connections, or in the file that $${connectionsVariable} names.`
          : `Known connections: ${names}.`,
    });
  }

  /**
   * Reads the file that `$STREAM_JOBS_CONNECTIONS` names, if it is set. `${NAME}` in a value is taken from the
   * environment, so that the file holds no secret.
   * @throws StreamJobsError CONNECTION_UNKNOWN when it cannot be read or a variable is not set
   */
  async readFile(env: Record<string, string | undefined>): Promise<void> {
    const file = env[connectionsVariable];
    if (file === undefined || file === '') return;
    try {
      const text = await readFile(file, 'utf8');
      // What is wrong with the JSON is said with a part of it: that has no secret from the environment.
      const filled: unknown = JSON.parse(text, (_, value: unknown) =>
        typeof value === 'string' ? fill(value, env) : value,
      );
      this.set(filled as Record<string, Connection>);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StreamJobsError('CONNECTION_UNKNOWN', `The connections in ${file} cannot be read: ${why}.`, {
        hint: 'It is a JSON object of connections by name; ${NAME} in a value is taken from the environment of the server.',
        cause: error,
      });
    }
  }
}

/** Replaces each `${NAME}`. @throws Error when one is not set */
function fill(value: string, env: Record<string, string | undefined>): string {
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const found = env[name];
    if (found === undefined) throw new Error(`the environment variable ${name} is not set`);
    return found;
  });
}
