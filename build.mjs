// Builds the product into dist/: the parser from grammar/, then one bundle for each process.
//   node build.mjs            everything
//   node build.mjs bundle     everything but the type check
//   node build.mjs generate   the parser only
//   node build.mjs watch      bundles, again at each change
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const generated = path.join(root, 'server/syntax/generated');

/** Runs antlr-ng on both grammars, the lexer first; does nothing when its output is newer than they are. */
function generateParser() {
  const grammars = ['StreamSqlLexer.g4', 'StreamSqlParser.g4'].map((name) =>
    path.join(root, 'grammar', name),
  );
  const parser = path.join(generated, 'StreamSqlParser.ts');
  if (existsSync(parser) && grammars.every((g) => statSync(g).mtimeMs < statSync(parser).mtimeMs)) return;
  mkdirSync(generated, { recursive: true });
  const antlr = path.join(root, 'node_modules/antlr-ng/dist/cli/runner.js');
  for (const grammar of grammars) {
    const args = [
      antlr,
      '-Dlanguage=TypeScript',
      '-l',
      'false',
      '-v',
      'true',
      '--lib',
      generated,
      '-o',
      generated,
    ];
    execFileSync(process.execPath, [...args, grammar], { cwd: path.join(root, 'grammar'), stdio: 'inherit' });
  }
}

const bundles = {
  extension: { entry: 'client/extension.ts', external: ['vscode'] },
  'language-server': { entry: 'server/language/main.ts' },
  'job-server': { entry: 'server/jobs/main.ts' },
  cli: { entry: 'server/cli.ts' },
  'results-page': { entry: 'client/webviews/pages/results.ts', platform: 'browser' },
  'details-page': { entry: 'client/webviews/pages/details.ts', platform: 'browser' },
};

/** @returns {import('esbuild').BuildOptions[]} */
function bundleOptions() {
  return Object.entries(bundles).map(([name, { entry, platform = 'node', external = [] }]) => ({
    entryPoints: [path.join(root, entry)],
    outfile: path.join(root, 'dist', `${name}.js`),
    bundle: true,
    platform,
    format: platform === 'node' ? 'cjs' : 'iife',
    target: platform === 'node' ? 'node20' : 'es2022',
    // DuckDB's bindings are native and load their library by path; they ship beside the bundles.
    external: ['@duckdb/*', ...external],
    // antlr4ng caches by class name, so names survive minifying.
    keepNames: true,
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  }));
}

/** Type-checks everything; the pages of webviews run in a browser, so they are checked with its types. */
function typeCheck() {
  for (const project of ['tsconfig.json', 'client/webviews/pages/tsconfig.json']) {
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const { status } = spawnSync(process.execPath, [tsc, '--noEmit', '-p', project], {
      cwd: root,
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(1);
  }
}

const mode = process.argv[2] ?? 'all';
generateParser();
if (mode === 'watch') {
  for (const options of bundleOptions()) await (await esbuild.context(options)).watch();
} else {
  if (mode === 'all') typeCheck();
  if (mode !== 'generate') await Promise.all(bundleOptions().map((options) => esbuild.build(options)));
}
