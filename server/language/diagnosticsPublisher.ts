// When diagnostics are sent: at once for what changed, later for very long statements, in slices for very large
// files; for what did not change itself only when they read differently.
import type { Diagnostic } from 'vscode-languageserver-types';
import type { TextDocument } from 'vscode-languageserver-textdocument';

/** What the publisher needs of its surroundings. */
export interface PublisherHost {
  documents(): TextDocument[];
  /** Characters that would have to be parsed again before diagnostics are there. */
  pendingLength(document: TextDocument): number;
  /** Parses what is pending, giving others a turn between slices; false when the document changed meanwhile. */
  prepare(document: TextDocument): Promise<boolean>;
  diagnostics(document: TextDocument): Diagnostic[];
  send(uri: string, version: number, diagnostics: Diagnostic[]): void;
  /** Takes an error of ours; the server goes on. */
  report(error: unknown): void;
}

/** So much new text is parsed at once. More waits for a pause in typing, and a file just opened is read in slices. */
const immediateLengthMax = 20_000;
const longStatementDelayMs = 75;

export class DiagnosticsPublisher {
  private readonly sent = new Map<string, string>();
  private readonly pending = new Map<string, NodeJS.Timeout>();

  constructor(private readonly host: PublisherHost) {}

  /** A document was opened or edited: its own diagnostics first, then those of documents that depend on it. */
  changed(document: TextDocument): void {
    this.cancel(document.uri);
    if (this.host.pendingLength(document) <= immediateLengthMax) {
      this.publish(document);
      this.publishOthers(document.uri);
      return;
    }
    const timer = setTimeout(
      () => {
        this.publishLater(document, timer).catch((error: unknown) => this.host.report(error));
      },
      this.sent.has(document.uri) ? longStatementDelayMs : 0,
    );
    this.pending.set(document.uri, timer);
  }

  /** The jobs or the server's tables changed: everything may read differently. */
  refresh(): void {
    this.publishOthers(undefined);
  }

  closed(uri: string): void {
    this.cancel(uri);
    this.sent.delete(uri);
    this.host.send(uri, 0, []);
    this.publishOthers(uri);
  }

  dispose(): void {
    for (const uri of [...this.pending.keys()]) this.cancel(uri);
  }

  private async publishLater(document: TextDocument, timer: NodeJS.Timeout): Promise<void> {
    const ready = await this.host.prepare(document);
    // A later edit has a timer of its own.
    if (!ready || this.pending.get(document.uri) !== timer) return;
    this.pending.delete(document.uri);
    this.publish(document);
    this.publishOthers(document.uri);
  }

  private publishOthers(uri: string | undefined): void {
    for (const other of this.host.documents()) {
      if (other.uri === uri || this.pending.has(other.uri)) continue;
      const before = this.sent.get(other.uri);
      const diagnostics = this.host.diagnostics(other);
      if (JSON.stringify(diagnostics) !== before) this.send(other, diagnostics);
    }
  }

  private publish(document: TextDocument): void {
    this.send(document, this.host.diagnostics(document));
  }

  private send(document: TextDocument, diagnostics: Diagnostic[]): void {
    this.sent.set(document.uri, JSON.stringify(diagnostics));
    this.host.send(document.uri, document.version, diagnostics);
  }

  private cancel(uri: string): void {
    clearTimeout(this.pending.get(uri));
    this.pending.delete(uri);
  }
}
