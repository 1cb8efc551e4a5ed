/** What a walk through a folder tells of, in the order in which trees hold it. */
import type { ByteString } from '../bytes/byte-string.ts';
import type { FileStat, FileSystem } from '../files/file-system.ts';
import type { KnownRows } from './known-rows.ts';
import type { Rows } from './stat-table.ts';

/** What a walk is to know, and whom it tells what it cannot take. */
export interface WalkContext {
  readonly files: FileSystem;
  /** `needless` where nobody asks what files are before they are read: then they are not looked at. */
  readonly fileStats: 'needed' | 'needless';
  /** What was known before, of which nobody is told again one by one. @default nothing */
  readonly known?: KnownRows | undefined;
  /** Whether a folder in which all is as it was need not be entered. */
  readonly knownFolders: 'kept' | 'entered';
  /** Whether this is the folder of the store that is written to, which is never walked into. */
  readonly isStore: (stat: FileStat) => boolean;
  /** Told of whatever else is named `.cas`, which no tree holds: it is left out. */
  readonly onOtherStore: (relative: ByteString) => void;
  /** Told of sockets, fifos and devices; throws unless they are to be left out. */
  readonly onSpecial: (path: ByteString, relative: ByteString) => void;
}

/** Where the walk begins. */
export interface WalkStart {
  /** For the file system. */
  readonly path: ByteString;
  /** In the tree that is made, names joined by `/`: empty for its root. */
  readonly relative: ByteString;
  readonly stat: FileStat;
}

/** A folder, as it was when it was met. */
export interface FoundFolder extends WalkStart {
  readonly kind: 'folder';
  readonly name: ByteString;
}

export type FoundLeaf = FoundFile | FoundSymlink;

/** A file, as it was when it was met. */
export interface FoundFile extends Omit<WalkStart, 'stat'> {
  readonly kind: 'file';
  readonly name: ByteString;
  /** `undefined` where it was not looked at. */
  readonly stat: FileStat | undefined;
}

/** A symlink, as it was when it was met. */
export interface FoundSymlink extends WalkStart {
  readonly kind: 'symlink';
  readonly name: ByteString;
}

/** What lies in it comes next. */
export interface EnteredFolder {
  readonly kind: 'enter';
  readonly folder: FoundFolder;
  /** How many rows of what was known lie before its members. */
  readonly met: number;
}

/** A file or a symlink that was not known as it is. */
export interface MetLeaf {
  readonly kind: 'leaf';
  readonly leaf: FoundLeaf;
  /** How many rows of what was known lie before what comes next. */
  readonly met: number;
}

/** Members that are as they were, folders with all that is in them. */
export interface KeptMembers {
  readonly kind: 'kept';
  readonly rows: Rows;
}

/** Comes after all that is in a folder. */
export interface LeftFolder {
  readonly kind: 'leave';
  /** Of everything that the folder holds by its listing; `undefined` where rules or names left something out. */
  readonly members: number | undefined;
}

/** The folder that the walk began in is not entered, and left last of all. */
export type WalkStep = EnteredFolder | MetLeaf | KeptMembers | LeftFolder;
