// How a suite ended, as it leaves it for `npm test`: in the shape vitest reports in.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface Report {
  numPassedTests: number;
  numFailedTests: number;
  /** Why nothing was run. */
  skipped?: string;
}

/** A suite's report, or one that counts a failure where it left none: it ended early. */
export function readReport(file: string): Report {
  if (!existsSync(file)) return { numPassedTests: 0, numFailedTests: 1 };
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

export async function writeReport(file: string, report: Report): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(report));
}

export function addReports(...reports: readonly Report[]): Report {
  return {
    numPassedTests: reports.reduce((sum, report) => sum + report.numPassedTests, 0),
    numFailedTests: reports.reduce((sum, report) => sum + report.numFailedTests, 0),
  };
}
