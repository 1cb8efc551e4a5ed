import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { NotFoundError, SystemError } from '../../src/errors/errors.ts';
import { errnoOf, fileError } from '../../src/files/file-error.ts';

function nodeError(code: string, message = `${code}: said so, write`): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  ['ENOSPC', 'NO_SPACE'],
  ['EDQUOT', 'NO_SPACE'],
  ['EROFS', 'READ_ONLY'],
  ['EACCES', 'NO_PERMISSION'],
  ['EPERM', 'NO_PERMISSION'],
  ['EMFILE', 'TOO_MANY_OPEN_FILES'],
  ['ENFILE', 'TOO_MANY_OPEN_FILES'],
  ['EISDIR', 'NOT_A_FILE'],
  ['ELOOP', 'NOT_A_FILE'],
  ['ENXIO', 'NOT_A_FILE'],
  ['ENOTDIR', 'NOT_A_FOLDER'],
  ['ENAMETOOLONG', 'NAME_TOO_LONG'],
  ['EILSEQ', 'NAME_INVALID'],
  ['ENOSYS', 'NOT_SUPPORTED'],
  ['ENOTSUP', 'NOT_SUPPORTED'],
  ['ENOTEMPTY', 'FOLDER_NOT_EMPTY'],
  ['EEXIST', 'ALREADY_EXISTS'],
  ['ENOENT', 'NOT_THERE'],
  ['EIO', 'IO_FAILED'],
  ['EWHATEVER', 'IO_FAILED'],
])('fileError() of %s is %s, with the errno, a hint and the cause', (errno, code) => {
  const cause = nodeError(errno);
  const error = fileError(cause, 'write', '/a');
  expect(error).toMatchObject({ name: 'SystemError', code, errno, cause, hint: expect.any(String) });
  expect(error.message).toMatch(/^cannot write '\/a': [a-z]/);
});

test.each([
  ['EINVAL', 'rename', 'NAME_INVALID'],
  ['EINVAL', 'open', 'NAME_INVALID'],
  ['EINVAL', 'mkdir', 'NAME_INVALID'],
  ['EINVAL', 'fsync', 'IO_FAILED'],
  ['EPERM', 'symlink', 'NOT_SUPPORTED'],
  ['EPERM', 'rename', 'NO_PERMISSION'],
])('fileError() of %s by %s, on disks that cannot hold every name or link, is %s', (errno, syscall, code) => {
  const cause = Object.assign(nodeError(errno), { syscall });
  expect(fileError(cause, 'write', '/a')).toMatchObject({ name: 'SystemError', code, errno });
});

test('fileError() says what failed, of what, and why', () => {
  expect(fileError(nodeError('ENOSPC'), 'write', '/a').message).toBe(
    "cannot write '/a': no space left on device",
  );
  expect(fileError(nodeError('EIO', 'EIO: i/o error, fdatasync'), 'sync', '/a').message).toBe(
    "cannot sync '/a': i/o error",
  );
});

test('fileError() shows bytes that are not text, or that a terminal acts on, as escapes', () => {
  expect(fileError(nodeError('EIO'), 'open', Uint8Array.of(0x2f, 0xff)).message).toContain("'/%FF'");
  expect(fileError(nodeError('EIO'), 'open', '/a\u001b[31m').message).toContain("'/a%1B[31m'");
});

test('a full quota, of which libuv knows the number only, is NO_SPACE', () => {
  const error = Object.assign(new Error('Unknown system error -122'), {
    code: 'Unknown system error -122',
    errno: -constants.errno.EDQUOT,
  });
  expect(fileError(error, 'write', '/a')).toMatchObject({ code: 'NO_SPACE', errno: 'EDQUOT' });
});

test('an error of this project is returned as it is, and anything else has a place', () => {
  const ours = new NotFoundError('OBJECT_NOT_FOUND', 'gone');
  expect(fileError(ours, 'read', '/a')).toBe(ours);
  expect(fileError('a text', 'read', '/a')).toMatchObject({ code: 'IO_FAILED', errno: undefined });
  expect(errnoOf(new SystemError('NO_SPACE', 'full', { errno: 'ENOSPC' }))).toBe('ENOSPC');
  expect(errnoOf(new TypeError('no errno'))).toBeUndefined();
  expect(errnoOf(undefined)).toBeUndefined();
});
