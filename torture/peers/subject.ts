/** A program that keeps versions of a folder, as it is put under a fault: what its own commands are for each purpose. */
import type { Command } from './command.ts';

/** Where a repository lies. All of it, caches too, is on the disk that is harmed. */
export interface Place {
  /** Is not there before `init`. */
  readonly repository: string;
  /** For whatever a program keeps beside it. */
  readonly home: string;
}

/** A version that was stored. */
export interface Stored {
  /** The first is 1; no two of one repository have the same. */
  readonly number: number;
  /** What the last command of its commit printed, without blanks around it. */
  readonly said: string;
}

/** Each list of commands is run in its order, up to the first that fails. */
export interface Subject {
  readonly name: string;
  /** Why it cannot take part; `undefined` where it can. */
  missing(): string | undefined;
  /** In a few words. */
  version(): string;
  init(place: Place): readonly Command[];
  /** Stores the folder as version `number`. Acknowledged where all commands ended with 0. */
  commit(place: Place, version: { readonly folder: string; readonly number: number }): readonly Command[];
  /** Makes the repository tidy and small; keeps the last three versions at least. @param turn takes another way each time */
  collect(place: Place, turn: number): readonly Command[];
  /** Gives up all versions but the newest, and the room that they take. */
  giveUp(place: Place): readonly Command[];
  /** Reads everything that is stored, and proves it. */
  check(place: Place): readonly Command[];
  /** Writes a version into an empty folder; fails where history does not lead to it. */
  restore(place: Place, stored: Stored, into: string): readonly Command[];
  /** What somebody would do who was told that a lock or a cache is in the way; empty where that is nothing. */
  unlock(place: Place): readonly Command[];
  /** What it wants to be free on its disk beside what it is about to write, in kB. */
  readonly spareKb: number;
  /** The files that hold contents, by their path in the repository. */
  readonly contents: RegExp;
}
