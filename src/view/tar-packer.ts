/**
 * tar-stream's packer, driven one member at a time: what it makes of a member is taken from it before the next
 * one begins, so that nothing gathers in it and nothing waits for it.
 */
import { type Pack, pack } from 'tar-stream';
import { concatBytes, viewBytes } from '../bytes/concat.ts';

/** What tar-stream can say of a member. */
export interface TarFields {
  /** Of a folder, with a slash at its end. Where it is empty, no pax header names the member. */
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  /** 0 to 2^31-1. */
  readonly timeSeconds: number;
  readonly linkName?: string;
  /** Further records of a pax header; where there are any, even none, the member has a pax header. */
  readonly pax?: Readonly<Record<string, string>>;
}

type Sink = ReturnType<Pack['entry']>;

export class TarPacker implements Disposable {
  readonly #pack: Pack;
  /** Before that it gives nothing away. */
  readonly #opened: Promise<void>;

  constructor() {
    let open: () => void;
    this.#opened = new Promise((resolve) => (open = resolve));
    this.#pack = pack({
      highWaterMark: Number.POSITIVE_INFINITY, // it is emptied after every write: a full one would wait for a reader
      eagerOpen: true,
      open: (done) => {
        done(null);
        open();
      },
    });
    this.#pack.on('error', () => {}); // told to those who wait for a member
  }

  /** One whole member: its head, its content, which only a file may have, and zeros to the end of a block. */
  async packWhole(fields: TarFields, content: Uint8Array = new Uint8Array(0)): Promise<Uint8Array> {
    await this.#opened;
    const member = this.#begin(fields, content.length);
    if (fields.type === 'file') member.sink.end(content.length > 0 ? content : null);
    await member.finish();
    return this.#take();
  }

  [Symbol.dispose](): void {
    this.#pack.destroy();
  }

  #begin(fields: TarFields, size: number): { sink: Sink; finish: () => Promise<void> } {
    const { name, type, mode, timeSeconds, linkName, pax } = fields;
    const header = {
      name,
      type,
      mode,
      size,
      uid: 0,
      gid: 0,
      mtime: new Date(timeSeconds * 1000),
      ...(linkName !== undefined && { linkname: linkName }),
      ...(pax && { pax }),
    };
    let settle: (error?: Error | null) => void;
    const settled = new Promise<Error | null | undefined>((resolve) => (settle = resolve));
    const sink = this.#pack.entry(header, (error) => settle(error));
    sink.on('error', () => {});
    const finish = async (): Promise<void> => {
      const error = await settled;
      if (error) throw error;
    };
    return { sink, finish };
  }

  #take(): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (let piece = this.#pack.read(); piece !== null; piece = this.#pack.read())
      pieces.push(viewBytes(piece as Uint8Array));
    return concatBytes(pieces);
  }
}
