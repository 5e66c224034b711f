// kafkajs' own batch of a fetch, which leaves out aborted and control records. It is not part of what kafkajs exports.
declare module 'kafkajs/src/consumer/batch.js' {
  import type { Batch } from 'kafkajs';
  /** `partitionData`: of one partition in a fetch response. */
  const KafkaBatch: new (topic: string, fetchedOffset: string, partitionData: unknown) => Batch;
  export default KafkaBatch;
}
