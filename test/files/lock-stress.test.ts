/** Processes and threads that take locks, and die. TORTURE_SHARE asks for more of it. */
import { test } from 'vitest';
import { locks } from '../../torture/attacks/concurrency/locks.ts';
import { expectToWithstand, SHARE_MS } from '../property/share.ts';

test(
  'of processes that take a lock and are killed at any time, no two ever hold it',
  () => expectToWithstand(locks, 1),
  SHARE_MS,
);
