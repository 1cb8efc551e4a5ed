/** Writers, readers and collectors at one store at once. TORTURE_SHARE asks for more of it. */
import { test } from 'vitest';
import { collections } from '../../torture/attacks/concurrency/collections.ts';
import { expectToWithstand, SHARE_MS } from './share.ts';

test(
  'three writers, two readers and two collectors with next to no grace lose nothing',
  () => expectToWithstand(collections, 1),
  SHARE_MS,
);
