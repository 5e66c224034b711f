// `${NAME}` and `${NAME:default}`: where they stand in a statement, and the statement with them filled.

const anyPlaceholder = /\$\{[^{}$\r\n]*\}/;

/** Whether a name or a literal holds a placeholder, so that what it will be is not known yet. */
export function hasPlaceholder(text: string): boolean {
  return anyPlaceholder.test(text);
}
