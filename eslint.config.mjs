// Lint rules, and the one-way imports of ARCHITECTURE.md as a table.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** For each folder of the product, the folders it may import from (besides itself). */
const mayImport = {
  'server/protocol': [],
  'server/syntax': ['server/protocol'],
  'server/analysis': ['server/syntax', 'server/protocol'],
  'server/language': ['server/analysis', 'server/syntax', 'server/protocol'],
  'server/connectors': ['server/analysis', 'server/syntax', 'server/protocol'],
  'server/engine': ['server/connectors', 'server/analysis', 'server/syntax', 'server/protocol'],
  'server/jobs': [
    'server/engine',
    'server/connectors',
    'server/analysis',
    'server/syntax',
    'server/protocol',
  ],
  client: ['server/protocol'],
};
/** Packages that must not reach a folder: its core stays free of editors and of I/O. */
const noPackages = {
  'server/syntax': ['vscode*', '@duckdb/*', 'kafkajs', 'node:*'],
  'server/analysis': ['vscode*', '@duckdb/*', 'kafkajs', 'node:*'],
  'server/protocol': ['vscode', '@duckdb/*', 'kafkajs'],
  'server/jobs': ['vscode', 'vscode-language*', 'kafkajs'],
  'server/engine': ['vscode*', 'kafkajs'],
  'server/connectors': ['vscode*', '@duckdb/*'],
  client: ['@duckdb/*', 'kafkajs', 'antlr4ng'],
};

const folders = Object.keys(mayImport);
const oneWayImports = folders.map((folder) => {
  const banned = folders.filter((other) => other !== folder && !mayImport[folder].includes(other));
  return {
    files: [`${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...banned.map((other) => ({
              regex: `^(\\.\\./)+(server/)?${other.replace('server/', '')}(/|$)`,
              message: `${folder} may not import from ${other}: see ARCHITECTURE.md.`,
            })),
            ...(noPackages[folder] ?? []).map((name) => ({
              group: [name],
              message: `${folder} stays free of ${name}: see ARCHITECTURE.md.`,
            })),
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'out/', 'server/syntax/generated/', 'client/media/', '**/*.cjs'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // vscode-jsonrpc's overloads take message types that are alike but not the same class.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    // vitest's matchers, such as expect.stringMatching, are typed any.
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', setTimeout: 'readonly', URL: 'readonly' },
    },
  },
  ...oneWayImports,
);
