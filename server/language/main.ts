// The language server as a process of its own: node IPC when VS Code starts it, standard input and output with --stdio.
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { startLanguageServer } from './server';

// Standard output belongs to the protocol.
console.log = console.error;
startLanguageServer(createConnection(ProposedFeatures.all));
