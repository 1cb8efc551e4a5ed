/** A folder for labels, and short ways to say what is done to them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFsFromVolume, Volume } from 'memfs';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { type ObjectId, objectIdFromHex } from '../../src/hash/object-id.ts';
import type { Expectation, LabelAction, LabelEdit } from '../../src/label/edit.ts';
import { type LabelStore, openLabelStore, type TransactionOptions } from '../../src/label/label-store.ts';
import { type LabelName, parseLabelName } from '../../src/label/name.ts';

export interface LabelFolder extends Disposable {
  readonly files: FileSystem;
  readonly path: string;
}

export function makeFolder(): LabelFolder {
  const path = mkdtempSync(join(tmpdir(), 'labels-'));
  return {
    files: nodeFiles(),
    path,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

export function makeFolderInMemory(): LabelFolder {
  const volume = Volume.fromJSON({ '/refs/.keep': '' });
  // The volume's types are wider than what it gives for the calls that are made.
  const files = nodeFiles(createFsFromVolume(volume) as never);
  return { files, path: '/refs', [Symbol.dispose]: () => undefined };
}

export function storeIn({ files, path }: LabelFolder): LabelStore {
  return openLabelStore(files, path);
}

/** Snapshot number `number`. */
export function id(number: number): ObjectId {
  return objectIdFromHex(number.toString(16).padStart(64, '0'));
}

export function edit(name: string, action: LabelAction, expect: Expectation = { kind: 'any' }): LabelEdit {
  return { name: parseLabelName(name), expect, action };
}

export function set(name: string, number: number, expect?: Expectation): LabelEdit {
  return edit(name, { kind: 'set', id: id(number) }, expect);
}

export function forced(edit: LabelEdit): LabelEdit {
  return { ...edit, force: true };
}

export function name(text: string): LabelName {
  return parseLabelName(text);
}

/** @param second of 2026-01-01T00:00:00Z */
export function at(second: number): Date {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, second));
}

export function by(who = 'ann', reason = 'because', second = 0): TransactionOptions {
  return { who, reason, now: at(second) };
}

/** All labels, as `name=number`. */
export async function listed(store: LabelStore): Promise<string> {
  const labels = await store.list();
  return labels.map(({ name, id }) => `${name}=${Number.parseInt(id.slice(7), 16)}`).join(' ');
}
