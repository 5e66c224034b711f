// Whether SQL is of the streaming kind.

const jobStatement =
  /\b(START|PAUSE|RESUME|STOP|DEPLOY|RESTART|ROLLBACK)\s+(ALL\s+)?(JOBS?|QUERY|QUERIES)\b/i;
const streamingClause =
  /\bCREATE\s+STREAM\b|\bWATERMARK\s+FOR\b|'connector'\s*=|\bEMIT\s+(CHANGES|FINAL)\b|\bTABLE\s*\(\s*(TUMBLE|HOP|CUMULATE|SESSION)\s*\(/i;

/** Whether a text holds a statement that only Stream SQL knows. Comments do not count. */
export function holdsStreamingStatement(text: string): boolean {
  const code = text.replace(/--.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '');
  return jobStatement.test(code) || streamingClause.test(code);
}
