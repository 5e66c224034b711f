// Text from jobs and users inside Markdown, made harmless.

/** On one line, with everything escaped that Markdown or VS Code's icons would give a meaning to. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]#!|<>~$&@]|:(?=\/)|^[-+=]|(?<=^\d+)\./g, '\\$&');
}

/** A code block that no run of backticks inside can end. */
export function codeBlock(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
