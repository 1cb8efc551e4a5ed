/**
 * Files of a memfs volume whose contents come when they are first touched.
 *
 * A node of the volume gets a prototype before its own, in which whatever touches the content fetches it first and
 * then takes itself away.
 */
import type { Volume } from 'memfs';

type MemfsNode = ReturnType<ReturnType<Volume['_core']['getLinkOrThrow']>['getNode']>;
type Method = (this: MemfsNode, ...given: unknown[]) => unknown;

/** A content that was not fetched yet. */
export interface LazyContent {
  readonly sizeBytes: number;
  /** At once; what it throws, the call throws that touches the file, and the next one tries again. */
  readonly read: () => Uint8Array;
}

const WAITING: WeakMap<MemfsNode, LazyContent> = new WeakMap();
/** Of their methods, all that touch what a file holds. */
const TOUCHING = ['getBuffer', 'getString', 'read', 'write'] as const;
const REPLACING = ['setBuffer', 'setString'] as const;

let lazyPrototype: MemfsNode | undefined;

/** Makes an empty file at `path` hold `content` from now on, as far as anybody can tell. */
export function fillLater(
  volume: Volume,
  { path, content }: { readonly path: string; readonly content: LazyContent },
): void {
  const node = volume._core.getLinkOrThrow(path).getNode();
  lazyPrototype ??= lazyPrototypeOver(Object.getPrototypeOf(node) as MemfsNode);
  WAITING.set(node, content);
  Object.setPrototypeOf(node, lazyPrototype);
}

function lazyPrototypeOver(real: MemfsNode): MemfsNode {
  const before = (name: keyof MemfsNode, make: (node: MemfsNode, ...given: unknown[]) => void): Method =>
    function (...given) {
      make(this, ...given);
      return Reflect.apply(real[name] as Method, this, given);
    };
  const settle = (node: MemfsNode): void => {
    WAITING.delete(node);
    Object.setPrototypeOf(node, real);
  };
  const fill = (node: MemfsNode): void => {
    const content = WAITING.get(node)!.read();
    settle(node);
    hold(node, content);
  };
  const truncate = before('truncate', (node, length) =>
    Number(length ?? 0) > 0 ? fill(node) : settle(node),
  );
  return Object.assign(
    Object.create(real) as MemfsNode,
    {
      getSize(this: MemfsNode): number {
        return WAITING.get(this)!.sizeBytes;
      },
      truncate,
    },
    Object.fromEntries(TOUCHING.map((name) => [name, before(name, fill)])),
    Object.fromEntries(REPLACING.map((name) => [name, before(name, settle)])),
  );
}

/** Nobody wrote to it: its times stay. */
function hold(node: MemfsNode, content: Uint8Array): void {
  const { mtime, ctime } = node;
  node.setBuffer(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
  node.mtime = mtime;
  node.ctime = ctime;
}
