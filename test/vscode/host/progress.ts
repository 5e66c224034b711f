// Shows the steps of something that takes a while: a line that counts seconds on a terminal, a line a step elsewhere.

/** Runs `work` as one step and shows how long it takes. */
export async function step<T>(label: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const terminal = process.stderr.isTTY;
  const show = (text: string) => process.stderr.write(terminal ? `\r\x1b[K${text}` : `${text}\n`);
  show(`${label} ...`);
  const ticking = terminal ? setInterval(() => show(`${label} ... ${seconds()} s`), 1000) : undefined;
  try {
    const result = await work();
    show(`${label}: done in ${seconds()} s`);
    return result;
  } catch (error) {
    show(`${label}: failed after ${seconds()} s`);
    throw error;
  } finally {
    clearInterval(ticking);
    if (terminal) process.stderr.write('\n');
  }
}
