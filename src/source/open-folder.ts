/** A folder that a walk has entered and not left. */
import type { ByteString } from '../bytes/byte-string.ts';
import type { FileKind } from '../files/file-system.ts';
import type { PathRules } from '../tree/path-rules.ts';
import type { KnownRows } from './known-rows.ts';
import type { Rows } from './stat-table.ts';
import type { FoundFolder, WalkStart } from './walk-steps.ts';

/** What a listing says of one name. */
export interface Member {
  readonly name: ByteString;
  readonly kind: FileKind;
}

export interface FolderPlace {
  readonly start: WalkStart | FoundFolder;
  /** Where it is below where the walk began, as known rows have it: empty, or ends in a slash. */
  readonly key: ByteString;
  /** As it was known. */
  readonly row: number | undefined;
  /** Those that hold in it. */
  readonly rules: PathRules;
}

export class OpenFolder {
  readonly start: WalkStart | FoundFolder;
  readonly key: ByteString;
  readonly row: number | undefined;
  readonly rules: PathRules;
  /** By name, ascending. */
  readonly members: readonly Member[];
  /** The number of the member that is met next. */
  next = 0;
  /** Whether nothing in it was left out. */
  isComplete = true;
  /** Whether anybody was told of it. */
  isEntered = false;
  /** Those of its members that are as they were, of which nobody was told yet. */
  held: Rows;

  /** @param met how many known rows lie before its members */
  constructor({ start, key, row, rules }: FolderPlace, members: readonly Member[], met: number) {
    this.start = start;
    this.key = key;
    this.row = row;
    this.rules = rules;
    this.members = members;
    this.held = { from: met, to: met };
  }

  /** Whether it is left out of what is in this folder. */
  ignores({ name, kind }: Member): boolean {
    return !this.rules.isEmpty && this.rules.matches(textOf(this.key + name), kind);
  }

  pathOf(name: ByteString): ByteString {
    return joinPath(this.start.path, name);
  }

  relativeOf(name: ByteString): ByteString {
    return joinPath(this.start.relative, name);
  }

  /** Whether all members are held, and no other was there before. */
  isAsItWas({ met, table }: KnownRows): boolean {
    const { row, held } = this;
    if (row === undefined || this.isEntered || !this.isComplete) return false;
    return held.from === row + 1 && held.to === met && table.membersOf(row) === this.members.length;
  }
}

/** @param parent empty for the root */
export function joinPath(parent: ByteString, name: ByteString): ByteString {
  return (parent === '' ? name : `${parent}/${name}`) as ByteString;
}

/** As UTF-8, with U+FFFD where it is none. */
export function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
