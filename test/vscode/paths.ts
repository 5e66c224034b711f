// Where things are in the project.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const screenshots = path.join(root, 'test/vscode/screenshots');
