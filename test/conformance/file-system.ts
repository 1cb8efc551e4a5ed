/** What every {@link FileSystem} promises. */
import { expect } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem, OpenFile } from '../../src/files/file-system.ts';
import type { Case } from './case.ts';

export interface FileSystemSubject extends AsyncDisposable {
  readonly files: FileSystem;
  /** A folder to work in, empty. */
  readonly root: string;
  /** Whether a name may be bytes that are not text. */
  readonly names: 'bytes' | 'text';
}

const HELLO = encodeText('hello');

async function put(subject: FileSystemSubject, name: string, bytes: Uint8Array = HELLO): Promise<string> {
  const path = `${subject.root}/${name}`;
  await using file = await subject.files.open(path, 'create');
  await file.write(bytes, 0);
  return path;
}

async function openThere(subject: FileSystemSubject, path: string): Promise<OpenFile> {
  const file = await subject.files.open(path, 'update');
  if (file === undefined) throw new Error(`nothing at '${path}'`);
  return file;
}

async function namesIn({ files }: FileSystemSubject, path: string): Promise<string[]> {
  const entries = await files.list(path);
  return (entries ?? []).map(({ name, kind }) => `${kind} ${Buffer.from(name).toString()}`).sort();
}

const system = (code: string): object => expect.objectContaining({ name: 'SystemError', code });

const openCases: readonly Case<FileSystemSubject>[] = [
  {
    title: 'open() and readFile() of what is absent are undefined',
    run: async ({ files, root }) => {
      expect(await files.open(`${root}/absent`, 'read')).toBeUndefined();
      expect(await files.open(`${root}/absent`, 'update')).toBeUndefined();
      expect(await files.readFile(`${root}/absent`, 10)).toBeUndefined();
    },
  },
  {
    title: 'open() refuses to create what exists, and to create in a folder that does not',
    run: async (subject) => {
      const { files, root } = subject;
      await expect(files.open(await put(subject, 'a'), 'create')).rejects.toEqual(system('ALREADY_EXISTS'));
      await expect(files.open(`${root}/no/a`, 'create')).rejects.toEqual(system('NOT_THERE'));
    },
  },
  {
    title: 'open() opens regular files only, and follows no symlink in the last place',
    run: async (subject) => {
      const { files, root } = subject;
      await files.makeSymlink(encodeText('a'), `${root}/link`);
      await put(subject, 'a');
      for (const path of [root, `${root}/link`]) {
        for (const mode of ['read', 'update'] as const) {
          await expect(files.open(path, mode)).rejects.toEqual(system('NOT_A_FILE'));
        }
        await expect(files.readFile(path, 10)).rejects.toEqual(system('NOT_A_FILE'));
      }
    },
  },
  {
    title: 'a path through a file is a failure, not an absence',
    run: async (subject) => {
      const path = `${await put(subject, 'a')}/b`;
      await expect(subject.files.stat(path)).rejects.toEqual(system('NOT_A_FOLDER'));
      await expect(subject.files.open(path, 'read')).rejects.toEqual(system('NOT_A_FOLDER'));
    },
  },
  {
    title: 'a path with a NUL in it is an invalid input',
    run: async ({ files, root }) =>
      expect(files.stat(`${root}/a\0b`)).rejects.toMatchObject({ code: 'PATH_INVALID' }),
  },
  {
    title: 'a name of 256 bytes is too long',
    skipIf: ({ files }) => (files.name === 'memfs' ? 'a memfs volume takes names of any length' : undefined),
    run: async ({ files, root }) =>
      expect(files.open(`${root}/${'a'.repeat(256)}`, 'create')).rejects.toEqual(system('NAME_TOO_LONG')),
  },
];

const contentCases: readonly Case<FileSystemSubject>[] = [
  {
    title: 'what write() wrote anywhere, read() reads there, and a gap is zeros',
    run: async (subject) => {
      await using file = await subject.files.open(`${subject.root}/a`, 'create');
      await file.write(HELLO, 3);
      await file.write(encodeText('J'), 3);
      const into = new Uint8Array(20);
      expect(await file.read(into, 1)).toBe(7);
      expect(Buffer.from(into.subarray(0, 7)).toString()).toBe('\0\0Jello');
      expect(await file.read(into, 100)).toBe(0);
    },
  },
  {
    title: 'a megabyte is written and read whole',
    run: async (subject) => {
      const bytes = Uint8Array.from({ length: 2 ** 20 + 7 }, (_, at) => at % 251);
      const path = await put(subject, 'big', bytes);
      expect(Buffer.compare((await subject.files.readFile(path, bytes.length))!, bytes)).toBe(0);
    },
  },
  {
    title: 'truncate() cuts, and lengthens with zeros',
    run: async (subject) => {
      const path = await put(subject, 'a');
      await using file = await openThere(subject, path);
      await file.truncate(2);
      await file.truncate(4);
      await file.sync();
      expect(await subject.files.readFile(path, 4)).toEqual(encodeText('he\0\0'));
      expect((await file.stat()).sizeBytes).toBe(4);
    },
  },
  {
    title: 'readFile() refuses a file of more bytes than asked for',
    run: async (subject) => {
      const path = await put(subject, 'a');
      await expect(subject.files.readFile(path, 4)).rejects.toMatchObject({ code: 'TOO_LARGE' });
      expect(await subject.files.readFile(path, 5)).toEqual(HELLO);
    },
  },
  {
    title: 'a file that is open is still itself when its name is gone or another file has it',
    run: async (subject) => {
      const path = await put(subject, 'a');
      await using file = await openThere(subject, path);
      await subject.files.rename(await put(subject, 'b', encodeText('other')), path);
      const into = new Uint8Array(5);
      await file.read(into, 0);
      expect(into).toEqual(HELLO);
      expect((await file.stat()).inode).not.toBe((await subject.files.stat(path))!.inode);
    },
  },
  {
    title: 'close() twice is well, and a closed file is not read',
    run: async (subject) => {
      const file = await openThere(subject, await put(subject, 'a'));
      await file.close();
      await file.close();
      await expect(file.read(new Uint8Array(1), 0)).rejects.toEqual(system('IO_FAILED'));
      await expect(file.sync()).rejects.toEqual(system('IO_FAILED'));
    },
  },
];

const nameCases: readonly Case<FileSystemSubject>[] = [
  {
    title: 'stat() says what is at the path itself, undefined for nothing',
    run: async (subject) => {
      const { files, root } = subject;
      const path = await put(subject, 'a');
      await files.setMode(path, 0o640);
      await files.makeSymlink(encodeText('nowhere'), `${root}/link`);
      expect(await files.stat(path)).toMatchObject({ kind: 'file', sizeBytes: 5, mode: 0o640 });
      expect(await files.stat(`${root}/link`)).toMatchObject({ kind: 'symlink' });
      expect(await files.stat(root)).toMatchObject({ kind: 'folder' });
      expect(await files.stat(`${root}/absent`)).toBeUndefined();
    },
  },
  {
    title: 'list() has every name with its kind, undefined where nothing is',
    run: async (subject) => {
      const { files, root } = subject;
      await put(subject, 'a');
      expect(await files.makeFolder(`${root}/folder`)).toBe(true);
      await files.makeSymlink(encodeText('a'), `${root}/link`);
      expect(await namesIn(subject, root)).toEqual(['file a', 'folder folder', 'symlink link']);
      expect(await files.list(`${root}/absent`)).toBeUndefined();
      await expect(files.list(`${root}/a`)).rejects.toEqual(system('NOT_A_FOLDER'));
    },
  },
  {
    title: 'a name that is not text is listed as its bytes, and opens by them',
    skipIf: ({ names }) => (names === 'text' ? 'names are text here' : undefined),
    run: async ({ files, root }) => {
      for (const byte of [0xff, 0xfe]) {
        await using file = await files.open(
          Buffer.concat([encodeText(`${root}/`), Uint8Array.of(byte)]),
          'create',
        );
        await file.write(Uint8Array.of(byte), 0);
      }
      const listed = (await files.list(root))!.map(({ name }) => name);
      expect(listed).toHaveLength(2);
      for (const name of listed) {
        expect(await files.readFile(Buffer.concat([encodeText(`${root}/`), name]), 1)).toEqual(name);
      }
    },
  },
  {
    title: 'makeFolder() is false for what is there, and fails without a parent',
    run: async (subject) => {
      const { files, root } = subject;
      expect(await files.makeFolder(await put(subject, 'a'))).toBe(false);
      expect(await files.makeFolder(root)).toBe(false);
      await expect(files.makeFolder(`${root}/no/folder`)).rejects.toEqual(system('NOT_THERE'));
    },
  },
  {
    title: 'rename() replaces a file, and reports what it cannot find',
    run: async (subject) => {
      const { files, root } = subject;
      const [from, to] = [await put(subject, 'a'), await put(subject, 'b', encodeText('old'))];
      await files.rename(from, to);
      expect(await namesIn(subject, root)).toEqual(['file b']);
      expect(await files.readFile(to, 10)).toEqual(HELLO);
      await expect(files.rename(from, to)).rejects.toEqual(system('NOT_THERE'));
    },
  },
  {
    title: 'rename() moves a folder with all that is in it',
    run: async (subject) => {
      const { files, root } = subject;
      await files.makeFolder(`${root}/x`);
      await put(subject, 'x/a');
      await files.rename(`${root}/x`, `${root}/y`);
      expect(await files.readFile(`${root}/y/a`, 10)).toEqual(HELLO);
      expect(await files.stat(`${root}/x`)).toBeUndefined();
    },
  },
  {
    title: 'link() gives a file a second name, and never takes one that is used',
    run: async (subject) => {
      const { files, root } = subject;
      const path = await put(subject, 'a');
      expect(await files.link(path, `${root}/b`)).toBe('linked');
      expect(await files.link(path, `${root}/b`)).toBe('exists');
      expect((await files.stat(path))!.inode).toBe((await files.stat(`${root}/b`))!.inode);
      await files.remove(path);
      expect(await files.readFile(`${root}/b`, 10)).toEqual(HELLO);
    },
  },
  {
    title: 'remove() removes a file, a symlink and an empty folder, and is false for nothing',
    run: async (subject) => {
      const { files, root } = subject;
      await files.makeFolder(`${root}/folder`);
      await files.makeSymlink(encodeText('folder'), `${root}/link`);
      await put(subject, 'a');
      for (const name of ['link', 'folder', 'a']) expect(await files.remove(`${root}/${name}`)).toBe(true);
      expect(await files.remove(`${root}/a`)).toBe(false);
      expect(await namesIn(subject, root)).toEqual([]);
    },
  },
  {
    title: 'remove() refuses a folder with something in it',
    run: async (subject) => {
      await subject.files.makeFolder(`${subject.root}/folder`);
      await put(subject, 'folder/a');
      await expect(subject.files.remove(`${subject.root}/folder`)).rejects.toEqual(
        system('FOLDER_NOT_EMPTY'),
      );
    },
  },
  {
    title: 'readLink() gives the target as it was made, and realPath() where it leads',
    run: async (subject) => {
      const { files, root } = subject;
      await files.makeFolder(`${root}/folder`);
      await put(subject, 'folder/a');
      await files.makeSymlink(encodeText('./folder'), `${root}/link`);
      expect(await files.readLink(`${root}/link`)).toEqual(encodeText('./folder'));
      expect(await files.realPath(`${root}/link/a`)).toBe(`${await files.realPath(root)}/folder/a`);
      expect(await files.readFile(`${root}/link/a`, 10)).toEqual(HELLO);
    },
  },
  {
    title: 'touch() makes a file young, and is false for nothing',
    run: async (subject) => {
      const path = await put(subject, 'a');
      const { modifiedNs } = (await subject.files.stat(path))!;
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await subject.files.touch(path)).toBe(true);
      expect((await subject.files.stat(path))!.modifiedNs).toBeGreaterThan(modifiedNs);
      expect(await subject.files.touch(`${subject.root}/absent`)).toBe(false);
    },
  },
  {
    title: 'syncFolder() syncs a folder, and fails where there is none',
    run: async ({ files, root }) => {
      await files.syncFolder(root);
      await expect(files.syncFolder(`${root}/absent`)).rejects.toEqual(system('NOT_THERE'));
    },
  },
];

export const fileSystemCases: readonly Case<FileSystemSubject>[] = [
  ...openCases,
  ...contentCases,
  ...nameCases,
];
