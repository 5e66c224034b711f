// Dead letters on their way to a topic: raw key and value, and headers that say what was wrong and where they stood.
import type { Sink } from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';
import type { NewLetter } from './deadLetterTable';
import { packParts } from './packedRows';

/** In front of the headers' names, so that none of the record's own is hidden. */
const prefix = 'dead-letter.';

export class LetterTopic {
  /** The sink may hold letters of a batch that was given up. */
  #begunAgain = false;

  constructor(
    private readonly sink: Sink,
    private readonly jobName: string,
  ) {}

  /** Resolves when they are durable there. Throws SINK_UNAVAILABLE, SINK_FAILED. */
  async send(letters: readonly NewLetter[], signal: AbortSignal): Promise<void> {
    if (letters.length === 0) return;
    try {
      if (this.#begunAgain) {
        await this.sink.close();
        await this.sink.open(undefined);
      }
      this.#begunAgain = true;
      const keys = letters.some(({ key }) => key !== null) && packParts(letters.map(({ key }) => key));
      const rows = {
        count: letters.length,
        values: packParts(letters.map(({ value }) => value)),
        ...(keys ? { keys } : {}),
        headers: (index: number) => this.#headersOf(letters[index]),
      };
      await this.sink.write(rows, signal);
      await this.sink.flush(signal);
      this.#begunAgain = false;
    } catch (error) {
      if (error instanceof StreamJobsError) throw error;
      throw new StreamJobsError('SINK_FAILED', `Dead letters could not be sent: ${String(error)}`, {
        cause: error,
      });
    }
  }

  #headersOf(letter: NewLetter | undefined): Record<string, Buffer> {
    if (!letter) return {};
    const { error, stream, place, partition, offset } = letter;
    const own = { job: this.jobName, error, stream, topic: place, partition, offset };
    const added = Object.entries(own).map(([name, value]) => [
      `${prefix}${name}`,
      Buffer.from(String(value)),
    ]);
    return { ...letter.headers, ...(Object.fromEntries(added) as Record<string, Buffer>) };
  }
}
