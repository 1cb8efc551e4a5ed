/** Whether an error is one that may come there. */
import type { ObjectId } from '../../../src/hash/object-id.ts';
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import { codeOf } from './orders.ts';
import { ON_PURPOSE } from './perform.ts';
import type { Reading } from './readings.ts';
import type { Spot } from './words.ts';

/** How it is told that something is not there. */
const ABSENT: readonly string[] = ['OBJECT_NOT_FOUND', 'OBJECT_MISSING', 'OBJECT_PURGED'];
/** How it is told that others are at work. */
const BUSY: readonly string[] = ['LOCKED', 'LEASED'];
/** Of these, what is right depends on labels, and is judged with them. */
const LABELLING: readonly Operation['kind'][] = ['commit', 'edit', 'batch', 'labels'];

/** What may always come. */
const ALWAYS: Readonly<Partial<Record<Operation['kind'], readonly string[]>>> = {
  get: ABSENT,
  read: ABSENT,
  'get-many': ABSENT,
  why: ABSENT,
  purge: ['OBJECT_NOT_FOUND', 'STILL_REFERRED', 'PURGE_NEEDED'],
};

/** What may come while others are at work. */
const BESIDE_OTHERS: Readonly<Partial<Record<Operation['kind'], readonly string[]>>> = {
  gc: BUSY,
  repack: BUSY,
  maintain: BUSY,
  undelete: BUSY,
  purge: BUSY,
  forget: [...BUSY, 'LABEL_NOT_FOUND'],
  log: ['REVISION_NOT_FOUND'],
  view: ['REVISION_NOT_FOUND', 'HISTORY_TOO_SHORT', ...ABSENT],
  diff: ['REVISION_NOT_FOUND', 'HISTORY_TOO_SHORT', ...ABSENT],
};

/** What is wrong with an error, in words; `undefined` where nothing is. */
export function wrongError(operation: Operation, error: unknown, reading: Reading): string | undefined {
  if (error === ON_PURPOSE || reading.isDead) return undefined; // of the dead nobody hears
  const code = codeOf(error);
  if (code === undefined)
    return `no typed error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  if (ABSENT.includes(code) && lacksNothing(operation, reading)) return `${code} for what is there`;
  if (reading.isHarmed || isExpected(operation, code, reading)) return undefined;
  return `${code}: ${(error as Error).message}`;
}

/** Whether all that was asked for is there, so that nobody may say that it is absent, whatever else goes wrong. */
function lacksNothing(operation: Operation, { isSure, model, words }: Reading): boolean {
  const { kind } = operation;
  if (kind === 'get' || kind === 'read') return isSure(operation.content);
  if (kind === 'why') return isSure(operation.content) && model.isHere(operation.content);
  if (kind === 'get-many') return operation.contents.every(isSure);
  if (kind !== 'view') return false;
  const { id } = words.spot(operation.at);
  return id !== undefined && model.reached().has(id) && model.isWhole(id);
}

function isExpected(operation: Operation, code: string, { model, words, isAlone }: Reading): boolean {
  const { kind } = operation;
  if (LABELLING.includes(kind) || (ALWAYS[kind]?.includes(code) ?? false)) return true;
  if (!isAlone && (BESIDE_OTHERS[kind]?.includes(code) ?? false)) return true;
  if (kind === 'log') return code === 'REVISION_NOT_FOUND' && !model.labels.book.has(operation.name);
  if (kind === 'forget') return code === 'LABEL_NOT_FOUND' && !model.labels.book.has(operation.name);
  if (kind === 'view') return isOf(words.spot(operation.at), code, model);
  if (kind !== 'diff') return false;
  return isOf(words.spot(operation.before), code, model) || isOf(words.spot(operation.after), code, model);
}

/** Whether a revision leads to an error, or to what may lack something. */
function isOf(spot: Spot, code: string, model: Model): boolean {
  const mayLack = (id: ObjectId): boolean => !model.isWhole(id);
  return spot.code === code || (spot.id !== undefined && ABSENT.includes(code) && mayLack(spot.id));
}
