// Options of a job (START JOB ... WITH) and keys of SET.
import { option, readOptions } from './table';
import type { OptionTable } from './table';
import { isJobName } from '../bounds';
import { duration, integer, oneOf, text, type ValueKind } from './values';

export const jobOptions = {
  'on.error': option(
    oneOf('dead-letter', 'skip', 'pause', 'fail'),
    'What happens to a record that cannot be read or computed: it is kept with its error, left out, or it pauses or fails the job. It is counted in any case.',
    { default: 'dead-letter' },
  ),
  'dead-letter.limit': option(
    integer(1, 1_000_000),
    'How many dead letters a job keeps. The oldest make room for newer ones, and are counted.',
    { default: '10000' },
  ),
  'dead-letter.topic': option(
    text,
    "A topic on the cluster of the job's Kafka source that dead letters are sent to besides: raw key and value, with the error and the place as headers. After a crash some may be there twice, none is missing.",
  ),
  delivery: option(
    oneOf('exactly-once', 'at-least-once'),
    'What holds after a crash. Kafka gets each row exactly once, in transactions, or at least once, without. Files and print get it exactly once in either mode.',
    { default: 'exactly-once' },
  ),
  'batch.records': option(integer(1, 1_000_000), 'The most records processed and committed together.', {
    default: '20000',
  }),
  'pause.timeout': option(duration, 'How long a pause may take before it is given up and the job goes on.', {
    default: '5 s',
  }),
  'pause.warm-time': option(
    duration,
    'How long a paused job keeps its connections and memory, so that it resumes at once; then it goes cold. 0 lets go of them in the pause itself. 10 minutes unless the server has another default.',
  ),
} satisfies OptionTable;

/** Options of DEPLOY JOB ... WITH. */
export const deployOptions = {
  ...jobOptions,
  state: option(
    oneOf('keep', 'discard'),
    'What happens to windows that the new version computes in another way: the deployment is refused, or they begin empty at the present position.',
    { default: 'keep' },
  ),
} satisfies OptionTable;

const jobName: ValueKind<string> = {
  expects: 'the name of a job, of letters, digits, "_", "-" or "."',
  parse: (value) => (isJobName(value) ? value : undefined),
};

/** Keys of SET: every job option (for the jobs started after it), and the name of the next INSERT's job. */
export const settingOptions = {
  'pipeline.name': option(jobName, 'The name of the job that the next INSERT or STATEMENT SET starts.'),
  ...jobOptions,
} satisfies OptionTable;

/** Settings of Flink that scripts carry along and the local engine has no use for. */
export const flinkSettings =
  /^(table|execution|parallelism|pipeline|state|sql-client|restart-strategy|taskmanager|jobmanager|rest|cluster)\./;

export interface JobSettings {
  onError: 'fail' | 'skip' | 'pause' | 'dead-letter';
  delivery: 'at-least-once' | 'exactly-once';
  deadLettersMax: number;
  deadLetterTopic: string | undefined;
  batchRecordsMax: number;
  pauseTimeoutMs: number;
  /** Undefined: as the server's limits say. */
  warmMs?: number;
}

/** A job's options with defaults; later arguments win. Throws BAD_OPTION. */
export function readJobOptions(...layers: Record<string, string>[]): JobSettings {
  const values = readOptions(jobOptions, Object.assign({}, ...layers) as Record<string, string>);
  const warmMs = values['pause.warm-time'];
  return {
    onError: values['on.error'],
    delivery: values.delivery,
    deadLettersMax: values['dead-letter.limit'],
    deadLetterTopic: values['dead-letter.topic'],
    batchRecordsMax: values['batch.records'],
    pauseTimeoutMs: values['pause.timeout'],
    ...(warmMs === undefined ? {} : { warmMs }),
  };
}
