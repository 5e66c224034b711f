#!/usr/bin/env node
// The launcher as a program: given to @vscode/test-electron as the path of VS Code.
require('tsx/cjs');
const { launch } = require('./launcher.ts');

launch(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
