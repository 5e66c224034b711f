// `stream-jobs serve`: the job server alone, until a signal.
import { readJobOptions } from '../analysis/options/jobs';
import { dataDirectory, dataDirHelp, parse, port, UsageError, valueOf, type Command } from './usage';
import { stopSignal } from './signals';

export const serve: Command = {
  summary: 'run the job server alone, until SIGTERM or SIGINT',
  help: [
    'Usage: stream-jobs serve [--data-dir D] [--metrics-port P] [--memory-limit 1GB] [--pause-warm-time 10min]',
    '',
    'Runs the job server until SIGTERM or SIGINT; its jobs then checkpoint and come back as they were at the next',
    'start. Prints one line when it is ready. --metrics-port serves Prometheus metrics on 127.0.0.1. --memory-limit',
    '(else $STREAM_JOBS_MEMORY) bounds what the jobs take together: state beyond it goes to disk, and no job opens',
    'that has no room. --pause-warm-time says how long a paused job keeps its connections and memory before it goes',
    "cold (0: not at all), where the job's 'pause.warm-time' does not; 10min unless given.",
    '',
    dataDirHelp,
  ].join('\n'),
  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      'data-dir': { type: 'string' },
      'metrics-port': { type: 'string' },
      'memory-limit': { type: 'string' },
      'pause-warm-time': { type: 'string' },
    });
    if (positionals.length > 0)
      throw new UsageError(`serve takes no argument such as ${String(positionals[0])}.`);
    const memory = values['memory-limit'];
    const pauseWarmTime = values['pause-warm-time'];
    const metricsPort = values['metrics-port'];
    const { parseMemory } = await import('../jobs/memoryLimit');
    const { hostServer } = await import('../jobs/hostedServer');
    if (pauseWarmTime !== undefined)
      valueOf('--pause-warm-time', pauseWarmTime, (text) => readJobOptions({ 'pause.warm-time': text }));
    const given = {
      ...(memory === undefined ? {} : { memoryBytes: valueOf('--memory-limit', memory, parseMemory) }),
      ...(pauseWarmTime === undefined ? {} : { pauseWarmTime }),
      ...(metricsPort === undefined ? {} : { metricsPort: port('--metrics-port', metricsPort) }),
    };
    terminal.outliveReader();
    const stop = stopSignal();
    const dataDir = dataDirectory(values['data-dir']);
    const server = await hostServer({
      dataDir,
      baseDir: process.cwd(),
      ...given,
      log: ({ at, level, message }) => terminal.note(`${at} ${level} ${message}`),
    });
    const metrics = server.metricsUrl === undefined ? '' : `, metrics on ${server.metricsUrl}`;
    terminal.print(`stream-jobs is ready: pid ${process.pid}, data directory ${dataDir}${metrics}`);
    await stop.wanted;
    stop.dispose();
    await server.close();
    return 0;
  },
};
