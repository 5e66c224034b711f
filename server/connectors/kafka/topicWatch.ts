// Whether the topic that is read is still the one it was: one that was deleted and made again has another id. Brokers do
// not say so, and a new topic that is long enough reads on like the old one; so it is asked for whenever something hints
// at it (the group was joined anew, a fetch began elsewhere, a log ends before a position), and now and then besides.
import { StreamJobsError } from '../../protocol/errors';
import type { Clock, PartitionRange, Positions } from '../connector';
import type { ChangeNotifier } from '../waiting';
import type { Turn } from './groupMember';

/** Without any hint it is noticed after this long, where somebody asks for the topic's ranges. */
const checkMs = 30_000;
/** How often who waits for an answer looks whether it is time for a heartbeat. */
const heartbeatCheckMs = 500;

/** The source that reads the topic. */
export interface TopicReader {
  identity(): Promise<string | undefined>;
  failed(error: StreamJobsError): void;
}

export class TopicWatch {
  private known: string | undefined;
  private checkedAt = -Infinity;
  /** Questions without an answer yet. */
  private open = 0;

  /** @param changes told of each answer */
  constructor(
    private readonly topic: string,
    private readonly clock: Clock,
    private readonly reader: TopicReader,
    private readonly changes: ChangeNotifier,
  ) {}

  /** The first answer is the topic that is read; another one later makes the reader fail. Never rejects. */
  async check(): Promise<void> {
    this.checkedAt = this.clock.monotonic();
    this.open += 1;
    // What cannot be found out now is asked again with the next hint.
    const now = await this.reader.identity().catch(() => undefined);
    this.open -= 1;
    this.known ??= now;
    if (now !== undefined && now !== this.known) this.reader.failed(anotherTopic(this.topic));
    this.changes.notify();
  }

  /** Looks at where the log begins and ends for a hint. */
  see(ranges: readonly PartitionRange[], positions: Positions): void {
    const isBehind = ranges.some(({ partition, end }) => (positions.get(partition) ?? end) > end);
    if (isBehind || this.clock.monotonic() - this.checkedAt >= checkMs) void this.check();
  }

  /** Waits for the answers there are to come, in the group meanwhile. Throws when the group rebalances. */
  async answered(turn: Turn, signal: AbortSignal): Promise<void> {
    while (this.open > 0 && turn.current()) {
      await this.changes.within(heartbeatCheckMs, this.clock, signal);
      await turn.heartbeat();
    }
  }
}

function anotherTopic(topic: string): StreamJobsError {
  return new StreamJobsError(
    'DATA_LOSS',
    `Topic ${topic} is not the one that was read: it was deleted and made again.`,
    { hint: 'RESUME JOB ... ACCEPT DATA LOSS, or FROM EARLIEST or LATEST, goes on in the new one.' },
  );
}
