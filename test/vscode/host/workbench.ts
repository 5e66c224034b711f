// The page that shows a server's workbench: its address, and extensions under development in it.
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { WorkbenchServer } from './server';

export interface Opened {
  folder?: string;
  /** A `.code-workspace` file. */
  workspace?: string;
  /** Options of the workbench as it reads them from its address. */
  payload?: readonly (readonly [string, string])[];
}

/** The address of a server's workbench, with the token that lets a page in. */
export function workbenchUrl(server: WorkbenchServer, { folder, workspace, payload = [] }: Opened): string {
  const query = new URLSearchParams();
  if (workspace !== undefined) query.set('workspace', path.resolve(workspace));
  else if (folder !== undefined) query.set('folder', path.resolve(folder));
  else query.set('ew', 'true');
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  query.set('tkn', server.token);
  return `http://127.0.0.1:${server.port}/?${query.toString()}`;
}

/** A file of the server's machine as the page names it. */
export function remoteUri(server: WorkbenchServer, file: string): string {
  const encoded = encodeURI(path.resolve(file)).replace(/[?#]/g, encodeURIComponent);
  return `vscode-remote://127.0.0.1:${server.port}${encoded}`;
}

/**
 * Makes the next workbench in `page` load extensions from their folders and, given `tests`, run those.
 *
 * VS Code takes these from the address only with its smoke test driver on, which hides notifications. So they go in
 * where the workbench reads its configuration: an element of the page, changed as it is read.
 */
export async function developExtensions(
  page: Page,
  server: WorkbenchServer,
  { extensions, tests }: { extensions: readonly string[]; tests?: string },
): Promise<void> {
  const uri = (file: string) => ({
    $mid: 1,
    scheme: 'vscode-remote',
    authority: `127.0.0.1:${server.port}`,
    path: path.resolve(file),
  });
  const developmentOptions = {
    extensions: extensions.map(uri),
    ...(tests === undefined ? {} : { extensionTestsPath: uri(tests) }),
  };
  // Not by page.route(): a document that Playwright answers has no loopback address, and Chromium then closes the
  // workbench's WebSocket as one from a public page to a local one.
  await page.addInitScript(patchConfiguration, developmentOptions);
}

/** Runs in the page, which has types of its own. */
function patchConfiguration(developmentOptions: object): void {
  interface ElementLike {
    id: string;
  }
  interface Prototype {
    getAttribute: (this: ElementLike, name: string) => string | null;
  }
  const page = globalThis as unknown as { self: unknown; top: unknown; Element: { prototype: Prototype } };
  if (page.self !== page.top) return;
  const { prototype } = page.Element;
  const { getAttribute } = prototype;
  prototype.getAttribute = function (name) {
    const value = getAttribute.call(this, name);
    if (name !== 'data-settings' || this.id !== 'vscode-workbench-web-configuration' || !value) return value;
    prototype.getAttribute = getAttribute;
    const configuration = JSON.parse(value) as { developmentOptions?: object };
    const merged = { ...configuration.developmentOptions, ...developmentOptions };
    return JSON.stringify({ ...configuration, developmentOptions: merged });
  };
}
