/** The node that a call of `node:fs` is about: one that must be there. */
import type { ByteString } from '../bytes/byte-string.ts';
import { type CallSite, errnoError } from './errno.ts';
import { findNode, type LastLink } from './find.ts';
import type { Folder, Node } from './node.ts';
import type { Work } from './work.ts';

/** The node at a path. @throws what the call at `site` throws where there is none */
export function* find(
  root: Folder,
  site: CallSite & { readonly path: ByteString },
  lastLink: LastLink,
): Work<Node> {
  const node = yield* findNode(root, site.path, lastLink);
  if (typeof node === 'string') throw errnoError(node, site);
  return node;
}
