// A VS Code as a user has it: the packaged extension installed, a workspace open, a browser page to click in.
import { mkdir } from 'node:fs/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startBrowser, type Browser } from '../host/browser';
import { ensureHost } from '../host/install';
import { startServer, type WorkbenchServer } from '../host/server';
import { workbenchUrl } from '../host/workbench';
import { endServers, findServers, isAlive } from '../jobServers';
import { screenshots } from '../paths';
import { makeSampleHome, removeSampleHome, type SampleHome } from '../sampleHome';
import { Editor } from './editor';
import { JobsView } from './jobsView';
import { waitMs, Workbench } from './workbench';

export interface SessionOptions {
  /** Where the extension is installed. */
  extensionsDir: string;
  sample?: string;
  /** Opens no folder at all. */
  empty?: boolean;
  workspaceTrust?: boolean;
  settings?: Readonly<Record<string, unknown>>;
  /** The workspace's own settings, in place of the sample's. */
  workspaceSettings?: Readonly<Record<string, unknown>>;
  /** Pixels of the screen for each of the page. */
  scale?: number;
}

export class Session {
  readonly workbench: Workbench;
  readonly jobs: JobsView;
  readonly editor: Editor;

  private constructor(
    readonly home: SampleHome,
    private readonly server: WorkbenchServer,
    private readonly browser: Browser,
  ) {
    this.workbench = new Workbench(browser.page);
    this.jobs = new JobsView(this.workbench);
    this.editor = new Editor(this.workbench);
  }

  /** Opens a window on a copy of a sample. */
  static async open(options: SessionOptions): Promise<Session> {
    const home = await makeSampleHome(options.sample);
    if (options.workspaceSettings) {
      const file = path.join(home.workspace, '.vscode/settings.json');
      writeFileSync(file, JSON.stringify(options.workspaceSettings));
    }
    const started: { stop(): Promise<void> }[] = [];
    try {
      const server = await startServer({
        host: await ensureHost(),
        home: home.folder,
        userDataDir: home.userDataDir,
        extensionsDir: options.extensionsDir,
        workspaceTrust: options.workspaceTrust ?? false,
        settings: { 'window.autoDetectColorScheme': false, ...options.settings },
      });
      started.unshift(server);
      const browser = await startBrowser({ scale: options.scale ?? 1 });
      started.unshift(browser);
      browser.page.setDefaultTimeout(waitMs);
      const session = new Session(home, server, browser);
      const opened = options.empty === true ? {} : { folder: home.workspace };
      await browser.page.goto(workbenchUrl(server, opened));
      await session.workbench.ready();
      return session;
    } catch (error) {
      for (const part of started) await part.stop();
      await removeSampleHome(home);
      throw error;
    }
  }

  /** What `Developer: Reload Window` does to a window: all that is not on disk or in the job server is gone. */
  async restartWindow(): Promise<void> {
    await this.browser.page.reload();
    await this.workbench.ready();
  }

  /** What a job has written into a file of the workspace, a value a line. */
  written(file: string): { id: number }[] {
    const lines = readFileSync(path.join(this.home.workspace, file), 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as { id: number });
  }

  /** The process of the window's job server. */
  async serverPid(): Promise<number> {
    const [server] = await findServers(this.home.userDataDir);
    if (!server) throw new Error('No job server runs for this window.');
    return server.pid;
  }

  /** Ends the job server as a crash would, and returns when the process is gone. */
  async killServer(): Promise<number> {
    const pid = await this.serverPid();
    process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    return pid;
  }

  async hasServer(): Promise<boolean> {
    return (await findServers(this.home.userDataDir)).length > 0;
  }

  /** A picture of the window as it is now, into test/vscode/screenshots. */
  async screenshot(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.browser.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }

  /** The line of a file of the workspace that begins with `text`, counted from 1. */
  lineOf(file: string, text: string): number {
    const lines = readFileSync(path.join(this.home.workspace, file), 'utf8').split('\n');
    return lines.findIndex((line) => line.startsWith(text)) + 1;
  }

  /** After a test that failed: what the user would have seen. What it left open is not in the way of the next. */
  async screenshotFailure({ name, result }: { name: string; result?: { state: string } }): Promise<void> {
    if (result?.state !== 'fail') return;
    await this.screenshot(`failed ${name.replaceAll(/[^\w ,]/g, '')}`);
    await this.browser.page.keyboard.press('Escape');
  }

  async close(): Promise<void> {
    await this.browser.stop();
    await this.server.stop();
    await endServers(this.home.userDataDir);
    await removeSampleHome(this.home);
  }
}
