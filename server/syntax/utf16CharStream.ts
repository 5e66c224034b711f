// Characters for the lexer as UTF-16 units, so that token positions are what the AST and the editor use; the runtime's own stream
// counts code points.
import { IntStream, Token, type CharStream, type Interval } from 'antlr4ng';

export class Utf16CharStream implements CharStream {
  name = '';
  index = 0;

  constructor(private readonly text: string) {}

  get size(): number {
    return this.text.length;
  }

  reset(): void {
    this.index = 0;
  }

  consume(): void {
    this.index += 1;
  }

  LA(offset: number): number {
    const position = this.index + (offset < 0 ? offset : offset - 1);
    return position >= 0 && position < this.text.length ? this.text.charCodeAt(position) : Token.EOF;
  }

  mark(): number {
    return -1;
  }

  release(): void {
    // The whole text stays in memory: there is nothing to give back.
  }

  seek(index: number): void {
    this.index = Math.min(index, this.text.length);
  }

  getTextFromRange(start: number, stop: number): string {
    return this.text.slice(start, stop + 1);
  }

  getTextFromInterval(interval: Interval): string {
    return this.getTextFromRange(interval.start, interval.stop);
  }

  getSourceName(): string {
    return IntStream.UNKNOWN_SOURCE_NAME;
  }
}
