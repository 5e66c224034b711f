// What is wrong with names, types, windows and options, on the smallest range that is wrong.
import { it } from 'vitest';
import { analyze, checkFixture, withMarks, withoutMarks } from './fixtures';

it.each(['names.sql', 'types.sql', 'windows.sql', 'relations.sql', 'notRun.sql', 'options.sql'])(
  '%s',
  (file) => {
    checkFixture(file, (fixture) => {
      const sql = withoutMarks(fixture);
      const { statements, facts } = analyze(sql);
      const problems = statements.flatMap((statement, i) =>
        [...statement.problems, ...(facts[i]?.problems ?? [])].map((problem) => ({
          problem,
          offset: statement.start,
        })),
      );
      return withMarks(sql, problems);
    });
  },
);
