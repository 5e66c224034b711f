// The states of a job and every way from one to another.
import type { JobState } from '../protocol/jobs';

/**
 * Where each state may lead. The -ing states are transitions that end by themselves.
 *
 * ```mermaid
 * stateDiagram-v2
 *   [*] --> starting
 *   starting --> running
 *   starting --> paused: START PAUSED, or paused when the server stopped
 *   starting --> stopping: STOP
 *   starting --> failed
 *   running --> pausing: PAUSE, on.error
 *   running --> stopping: STOP, sources finished
 *   running --> failed
 *   running --> starting: its database is opened again; a new version failed, the old one starts
 *   pausing --> paused
 *   pausing --> running: PAUSE_TIMEOUT
 *   pausing --> starting: DEPLOY, ROLLBACK
 *   pausing --> stopping: STOP
 *   pausing --> failed
 *   paused --> resuming: RESUME, FOR and UNTIL
 *   paused --> stopping: STOP
 *   resuming --> running
 *   resuming --> paused: RESUME_TIMEOUT, DATA_LOSS
 *   resuming --> stopping: STOP
 *   stopping --> stopped
 *   stopped --> starting: RESTART
 *   failed --> starting: RESTART
 *   failed --> stopping: STOP
 * ```
 */
export const transitions: Readonly<Record<JobState, readonly JobState[]>> = {
  starting: ['running', 'paused', 'stopping', 'failed'],
  running: ['pausing', 'stopping', 'failed', 'starting'],
  pausing: ['paused', 'running', 'stopping', 'failed', 'starting'],
  paused: ['resuming', 'stopping'],
  resuming: ['running', 'paused', 'stopping'],
  stopping: ['stopped'],
  stopped: ['starting'],
  failed: ['starting', 'stopping'],
};
