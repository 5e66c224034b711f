// A process that a test starts must not outlive it: nobody else would end it.

const script = `
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();`;

/**
 * Arguments for Node, of a process that has a channel to the one that starts it (`ipc`): it is killed when that one is
 * gone, however that ended. The channel itself does not keep it.
 */
export const endsWithTest: readonly string[] = [
  '--import',
  `data:text/javascript,${encodeURIComponent(script)}`,
];
