// A topic that brokers do not know. Where a job begins that is a mistake to be told at once; of one that was there a
// moment ago it may pass: a broker that has just started knows less than it will, and people make topics again.
import { StreamJobsError } from '../../protocol/errors';
import { awayMsMax, type Clock } from '../connector';
import { isUnknownTopic } from './errors';
import type { Subject } from './errors';

export class TopicPresence {
  private wasThere = false;
  private awaySince: number | undefined;

  constructor(
    private readonly subject: Subject,
    private readonly clock: Clock,
  ) {}

  /** The brokers know the topic. */
  there(): void {
    this.wasThere = true;
    this.awaySince = undefined;
  }

  /** The error to show for this one: of a topic that was there, for some time one that may pass. */
  explain(error: StreamJobsError): StreamJobsError {
    if (!this.wasThere || !isUnknownTopic(error)) return error;
    const now = this.clock.monotonic();
    this.awaySince ??= now;
    const leftMs = awayMsMax - (now - this.awaySince);
    if (leftMs <= 0) return error;
    const { side, topic, cluster } = this.subject;
    return new StreamJobsError(
      `${side}_UNAVAILABLE`,
      `Topic ${topic} is not on Kafka at ${cluster} any more; the job waits ${awayMsMax / 1000} s for it and then fails.`,
      { hint: 'Somebody may have deleted it.', cause: error },
    );
  }
}
