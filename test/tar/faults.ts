/** Archives that must be refused, each with the code of its fault. The table is also what `fixtures/corrupt/tar` holds. */
import { concatBytes } from '../../src/bytes/concat.ts';
import {
  base256,
  bytesOf,
  END,
  file,
  folder,
  GNU,
  gnuLong,
  hardLink,
  header,
  padded,
  pax,
  paxRaw,
  paxRecord,
  raw,
  symlink,
  tar,
  V7,
} from './tar-builder.ts';

export interface Fault {
  /** A file name, without its ending. */
  readonly name: string;
  readonly code: string;
  readonly bytes: Uint8Array;
}

const long = (count: number): string => 'n'.repeat(count);
const fault = (name: string, code: string, ...parts: readonly Uint8Array[]): Fault => ({
  name,
  code,
  bytes: tar(...parts),
});
const cut = (name: string, code: string, bytes: Uint8Array): Fault => ({ name, code, bytes });
const target = file('t', 'x');

/** The sum of the header's bytes as signed numbers, which differs from 0x80 on. */
function signedSum(name: Uint8Array): Uint8Array {
  const block = header({ name });
  let sum = 0;
  for (const [at, byte] of block.entries()) sum += at >= 148 && at < 156 ? 0x20 : (byte << 24) >> 24;
  return header({ name, checksum: `${sum.toString(8).padStart(6, '0')}\0 ` });
}

const paths: readonly Fault[] = [
  fault('path-dot-dot', 'TAR_PATH_INVALID', file('../x')),
  fault('path-absolute', 'TAR_PATH_INVALID', file('/etc/x')),
  fault('path-dot-dot-inside', 'TAR_PATH_INVALID', file('a/../../x')),
  fault('path-dot-dot-at-end', 'TAR_PATH_INVALID', folder('a/..')),
  fault('path-dot-dot-in-prefix', 'TAR_PATH_INVALID', file('x', '', { prefix: '../a' })),
  fault('path-absolute-in-prefix', 'TAR_PATH_INVALID', file('x', '', { prefix: '/etc' })),
  fault('path-dot-dot-in-long-name', 'TAR_PATH_INVALID', gnuLong('L', '../x'), file('x')),
  fault('path-dot-dot-in-pax', 'TAR_PATH_INVALID', pax([['path', '../x']]), file('x')),
  fault('path-of-store', 'TAR_PATH_INVALID', file('.cas/config.json')),
  fault('path-of-store-inside-upper-case', 'TAR_PATH_INVALID', file('a/.CaS/b')),
  fault('path-nul-in-pax', 'TAR_PAX_INVALID', pax([['path', 'a\0b']]), file('x')),
  fault('path-nul-in-long-name', 'TAR_GNU_INVALID', gnuLong('L', 'a\0b'), file('x')),
  fault('path-empty', 'TAR_PATH_INVALID', file('')),
  fault('path-empty-folder', 'TAR_PATH_INVALID', folder('')),
  fault('path-root-as-file', 'TAR_PATH_INVALID', file('.')),
  fault('path-root-slash-as-file', 'TAR_PATH_INVALID', file('./')),
  fault('path-root-as-symlink', 'TAR_PATH_INVALID', symlink('./', 'x')),
  fault('path-only-slash', 'TAR_PATH_INVALID', folder('/')),
  fault('path-slash-after-file', 'TAR_PATH_INVALID', file('a/')),
  fault('path-slash-after-symlink', 'TAR_PATH_INVALID', symlink('a/', 'x')),
  fault('path-component-256', 'TAR_PATH_INVALID', gnuLong('L', long(256)), file('x')),
  fault(
    'path-4096',
    'TAR_PATH_INVALID',
    pax([['path', `${long(240)}/`.repeat(17).slice(0, 4096)]]),
    file('x'),
  ),
  fault('path-1001-deep', 'TAR_PATH_INVALID', pax([['path', `${'d/'.repeat(1000)}f`]]), file('x')),
  fault('path-100000-deep', 'TAR_PATH_INVALID', pax([['path', `${'d/'.repeat(100_000)}f`]]), file('x')),
];

const places: readonly Fault[] = [
  fault('under-symlink', 'TAR_UNDER_FILE', symlink('d', '/tmp'), file('d/x')),
  fault('under-symlink-to-here', 'TAR_UNDER_FILE', symlink('d', '.'), file('d/x')),
  fault('under-symlink-to-sub', 'TAR_UNDER_FILE', symlink('d', 'sub/..'), folder('d/x')),
  fault('under-symlink-by-hard-link', 'TAR_UNDER_FILE', target, symlink('d', '/'), hardLink('d/x', 't')),
  fault('under-file', 'TAR_UNDER_FILE', file('d'), file('d/x')),
  fault('under-file-deep', 'TAR_UNDER_FILE', file('a/b'), file('a/b/c/d')),
  fault('under-hard-link', 'TAR_UNDER_FILE', target, hardLink('d', 't'), file('d/x')),
  fault('symlink-then-folder', 'TAR_DUPLICATE', symlink('d', '/tmp'), folder('d'), file('d')),
  fault('symlink-then-file', 'TAR_DUPLICATE', symlink('d', '/tmp'), file('d')),
  fault('file-then-folder', 'TAR_DUPLICATE', file('d'), folder('d')),
  fault('folder-then-file', 'TAR_DUPLICATE', folder('d/'), file('d')),
  fault('implied-folder-then-file', 'TAR_DUPLICATE', file('d/x'), file('d')),
  fault('implied-folder-then-symlink', 'TAR_DUPLICATE', file('d/x'), symlink('d', '/tmp')),
  fault('duplicate-file', 'TAR_DUPLICATE', file('a', '1'), file('a', '2')),
  fault('duplicate-symlink', 'TAR_DUPLICATE', symlink('a', '1'), symlink('a', '2')),
  fault('duplicate-by-other-spelling', 'TAR_DUPLICATE', file('a/b', '1'), file('./a//b', '2')),
  fault('duplicate-hard-link', 'TAR_DUPLICATE', target, hardLink('a', 't'), hardLink('a', 't')),
];

const links: readonly Fault[] = [
  fault('hard-link-dot-dot', 'TAR_LINK_INVALID', target, hardLink('a', '../t')),
  fault('hard-link-absolute', 'TAR_LINK_INVALID', hardLink('a', '/etc/passwd')),
  fault('hard-link-to-symlink', 'TAR_LINK_INVALID', symlink('s', '/etc/passwd'), hardLink('a', 's')),
  fault(
    'hard-link-through-symlink',
    'TAR_LINK_INVALID',
    symlink('a', 'b'),
    symlink('b', '/'),
    hardLink('c', 'a/x'),
  ),
  fault('hard-link-to-itself', 'TAR_LINK_INVALID', hardLink('a', 'a')),
  fault('hard-link-to-itself-otherwise-spelt', 'TAR_LINK_INVALID', hardLink('a', './a')),
  fault('hard-link-to-later', 'TAR_LINK_INVALID', hardLink('a', 't'), target),
  fault('hard-link-to-folder', 'TAR_LINK_INVALID', folder('d'), hardLink('a', 'd')),
  fault('hard-link-to-root', 'TAR_LINK_INVALID', folder('./'), hardLink('a', '.')),
  fault('hard-link-drive-relative', 'TAR_LINK_INVALID', target, hardLink('a', 'C:t')),
  fault('hard-link-to-store', 'TAR_LINK_INVALID', hardLink('a', '.cas/config.json')),
  fault('hard-link-to-nothing', 'TAR_LINK_INVALID', hardLink('a', '')),
  fault('hard-link-with-content', 'TAR_SIZE_INVALID', target, hardLink('a', 't', { size: 1 }), padded('x')),
  fault('symlink-to-nothing', 'TAR_LINK_INVALID', symlink('a', '')),
  fault('symlink-4096', 'TAR_LINK_INVALID', gnuLong('K', long(4096)), symlink('a', 'x')),
  fault('symlink-nul', 'TAR_PAX_INVALID', pax([['linkpath', 'a\0b']]), symlink('a', 'x')),
];

const kinds: readonly Fault[] = [
  fault('mode-set-user-id', 'TAR_MODE_INVALID', file('a', '', { mode: 0o4755 })),
  fault('mode-set-group-id', 'TAR_MODE_INVALID', file('a', '', { mode: 0o2755 })),
  fault('mode-sticky', 'TAR_MODE_INVALID', file('a', '', { mode: 0o1755 })),
  fault('mode-set-user-id-hard-link', 'TAR_MODE_INVALID', target, hardLink('a', 't', { mode: 0o4755 })),
  fault('mode-777777', 'TAR_MODE_INVALID', file('a', '', { mode: 0o777777 })),
  fault('mode-of-another-kind', 'TAR_MODE_INVALID', file('a', '', { mode: 0o040644 })),
  fault('mode-garbage', 'TAR_NUMBER_INVALID', file('a', '', { mode: '000068\0' })),
  fault('mode-negative', 'TAR_NUMBER_INVALID', file('a', '', { mode: base256(-1n, 8) })),
  fault('mode-blank', 'TAR_NUMBER_INVALID', file('a', '', { mode: '       \0' })),
  ...['3', '4', '6'].map((type) => fault(`special-${type}`, 'TAR_SPECIAL', header({ type }))),
  fault('special-with-content', 'TAR_SIZE_INVALID', file('a', 'x', { type: '6' })),
  fault('sparse-gnu', 'TAR_SPARSE', header({ type: 'S', magic: GNU })),
  fault('sparse-pax', 'TAR_SPARSE', pax([['GNU.sparse.major', '1']]), file('a')),
  fault('sparse-pax-global', 'TAR_SPARSE', pax([['GNU.sparse.size', '1']], { type: 'g' }), file('a')),
  fault('sparse-solaris', 'TAR_SPARSE', pax([['SUN.holesdata', ' 0 1']]), file('a')),
  ...['V', 'M', 'D', 'N', 'X', 'A', '8', '\xff'].map((type) =>
    fault(`type-${type === '\xff' ? 'ff' : type}`, 'TAR_TYPE', header({ type })),
  ),
];

const numbers: readonly Fault[] = [
  fault('checksum-wrong', 'TAR_CHECKSUM', header({ checksum: '012345\0 ' })),
  fault('checksum-wrong-in-second', 'TAR_CHECKSUM', file('b'), header({ checksum: '012345\0 ' })),
  fault('checksum-blank', 'TAR_CHECKSUM', header({ checksum: '        ' })),
  fault('checksum-nul', 'TAR_CHECKSUM', header({ checksum: new Uint8Array(8) })),
  fault('checksum-signed', 'TAR_CHECKSUM', signedSum(raw('\xff\xfe'))),
  fault('magic-unknown', 'TAR_FORMAT', header({ magic: 'catar\x0000' })),
  fault('size-negative', 'TAR_NUMBER_INVALID', file('a', '', { size: base256(-5n) })),
  fault('size-2-to-53', 'TAR_NUMBER_INVALID', file('a', '', { size: base256(2n ** 53n) })),
  fault('size-2-to-90', 'TAR_NUMBER_INVALID', file('a', '', { size: base256(2n ** 90n) })),
  fault('size-octal-9', 'TAR_NUMBER_INVALID', file('a', 'hello', { size: '00000000009\0' })),
  fault('size-octal-then-garbage', 'TAR_NUMBER_INVALID', file('a', 'hello', { size: '5xyz       \0' })),
  fault('size-octal-after-its-end', 'TAR_NUMBER_INVALID', file('a', 'hello', { size: '5\x007        \0' })),
  fault('size-minus', 'TAR_NUMBER_INVALID', file('a', 'hello', { size: '-0000000005\0' })),
  fault('size-blank', 'TAR_NUMBER_INVALID', file('a', '', { size: '           \0' })),
  fault('size-of-folder', 'TAR_SIZE_INVALID', file('a', 'x', { type: '5' })),
  fault('size-of-v7-folder', 'TAR_PATH_INVALID', file('a/', 'x', { type: '0' })),
  fault('size-of-symlink', 'TAR_SIZE_INVALID', file('a', 'x', { type: '2', link: 'b' })),
  fault('size-of-symlink-in-pax', 'TAR_SIZE_INVALID', pax([['size', '1']]), symlink('a', 'b'), padded('x')),
  fault('time-garbage', 'TAR_NUMBER_INVALID', file('a', '', { mtime: 'yesterday\0' })),
  fault('time-2-to-53', 'TAR_NUMBER_INVALID', file('a', '', { mtime: base256(2n ** 53n) })),
  fault('time-1e400-in-pax', 'TAR_PAX_INVALID', pax([['mtime', '1e400']]), file('a')),
  fault('time-17-digits-in-pax', 'TAR_PAX_INVALID', pax([['mtime', '99999999999999999']]), file('a')),
];

const twoFiles = tar(file('a', 'one'), file('b', 'two'));
const ends: readonly Fault[] = [
  cut('empty', 'TAR_TRUNCATED', new Uint8Array(0)),
  cut('end-in-header', 'TAR_TRUNCATED', twoFiles.subarray(0, 1024 + 300)),
  cut('end-in-content', 'TAR_TRUNCATED', twoFiles.subarray(0, 512 + 2)),
  cut('end-in-padding', 'TAR_TRUNCATED', twoFiles.subarray(0, 512 + 200)),
  cut('end-missing', 'TAR_TRUNCATED', twoFiles.subarray(0, 2048)),
  cut('end-in-pax', 'TAR_TRUNCATED', pax([['path', long(600)]]).subarray(0, 1024)),
  cut('size-beyond-end', 'TAR_TRUNCATED', tar(file('a', '', { size: 100_000 }))),
  cut('size-2-to-53-less-1', 'TAR_TRUNCATED', tar(file('a', '', { size: base256(2n ** 53n - 1n) }))),
  cut('data-after-end', 'TAR_TRAILING_DATA', concatBytes([tar(file('a')), bytesOf('more')])),
  cut(
    'data-after-one-end-block',
    'TAR_TRAILING_DATA',
    concatBytes([file('a'), END.subarray(512), file('b'), END]),
  ),
  cut('two-archives', 'TAR_TRAILING_DATA', concatBytes([tar(symlink('x', '..')), tar(file('x/y'))])),
];

const extensions: readonly Fault[] = [
  fault('pax-size-garbage', 'TAR_PAX_INVALID', pax([['size', '12345abc']]), file('a')),
  fault('pax-size-negative', 'TAR_PAX_INVALID', pax([['size', '-5']]), file('a')),
  fault('pax-size-2-to-53', 'TAR_PAX_INVALID', pax([['size', '9007199254740992']]), file('a')),
  fault('pax-length-too-long', 'TAR_PAX_INVALID', paxRaw('99 path=evil\n'), file('a')),
  fault('pax-length-too-short', 'TAR_PAX_INVALID', paxRaw('11 path=evil\n'), file('a')),
  fault('pax-length-zero', 'TAR_PAX_INVALID', paxRaw('0 path=evil\n'), file('a')),
  fault('pax-length-zero-later', 'TAR_PAX_INVALID', paxRaw('8 abc=d\n0 a=b\n'), file('a')),
  fault('pax-length-leading-zero', 'TAR_PAX_INVALID', paxRaw('014 path=evil\n'), file('a')),
  fault('pax-length-negative', 'TAR_PAX_INVALID', paxRaw('-13 path=evil\n'), file('a')),
  fault('pax-length-not-digits', 'TAR_PAX_INVALID', paxRaw('1a path=evil\n'), file('a')),
  fault('pax-length-hexadecimal', 'TAR_PAX_INVALID', paxRaw('0xe path=evil\n'), file('a')),
  fault('pax-length-only-itself', 'TAR_PAX_INVALID', paxRaw('3 \n'), file('a')),
  fault('pax-length-20-digits', 'TAR_PAX_INVALID', paxRaw('10000000000000000000 path=evil\n'), file('a')),
  fault('pax-key-empty', 'TAR_PAX_INVALID', paxRaw('5 =a\n'), file('a')),
  fault('pax-no-equals', 'TAR_PAX_INVALID', paxRaw('7 path\n'), file('a')),
  fault('pax-no-newline', 'TAR_PAX_INVALID', paxRaw('12 path=evil'), file('a')),
  fault('pax-nul-after-records', 'TAR_PAX_INVALID', paxRaw('8 abc=d\n\0\0'), file('a')),
  fault(
    'pax-duplicate-key',
    'TAR_PAX_INVALID',
    pax([
      ['path', 'a'],
      ['path', 'b'],
    ]),
    file('a'),
  ),
  fault(
    'pax-duplicate-unknown-key',
    'TAR_PAX_INVALID',
    pax([
      ['uid', '1'],
      ['uid', '2'],
    ]),
    file('a'),
  ),
  fault('pax-path-empty', 'TAR_PAX_INVALID', pax([['path', '']]), file('a')),
  fault('pax-charset-unknown', 'TAR_PAX_INVALID', pax([['hdrcharset', 'EBCDIC']]), file('a')),
  fault('pax-attribute-bad-key', 'TAR_PAX_INVALID', pax([['SCHILY.xattr.user.caskit.1 a', 'v']]), file('a')),
  fault(
    'pax-attribute-not-text',
    'TAR_PAX_INVALID',
    pax([['SCHILY.xattr.user.caskit.k', raw('\xff')]]),
    file('a'),
  ),
  fault('pax-attribute-nul', 'TAR_PAX_INVALID', pax([['SCHILY.xattr.user.caskit.k', 'a\0']]), file('a')),
  fault(
    'pax-attributes-too-large',
    'TAR_PAX_INVALID',
    pax([['SCHILY.xattr.user.caskit.k', long(70_000)]]),
    file('a'),
  ),
  fault('pax-1-gb', 'TAR_HEADER_TOO_LARGE', header({ type: 'x', size: 2 ** 30 })),
  fault('pax-twice', 'TAR_PAX_INVALID', pax([['uid', '1']]), pax([['gid', '1']]), file('a')),
  fault('pax-without-member', 'TAR_MEMBER_MISSING', pax([['uid', '1']])),
  fault('pax-global-path', 'TAR_PAX_INVALID', pax([['path', 'evil']], { type: 'g' }), file('a')),
  fault(
    'pax-global-linkpath',
    'TAR_PAX_INVALID',
    pax([['linkpath', 'evil']], { type: 'g' }),
    symlink('a', 'b'),
  ),
  fault('pax-global-size', 'TAR_PAX_INVALID', pax([['size', '1']], { type: 'g' }), file('a')),
  fault(
    'pax-global-attribute',
    'TAR_PAX_INVALID',
    pax([['SCHILY.xattr.user.caskit.k', 'v']], { type: 'g' }),
    file('a'),
  ),
  fault(
    'pax-global-between',
    'TAR_MEMBER_MISSING',
    pax([['path', 'b']]),
    pax([['comment', 'x']], { type: 'g' }),
    file('a'),
  ),
  fault('pax-linkpath-for-file', 'TAR_PAX_INVALID', pax([['linkpath', 'evil']]), file('a')),
  fault('gnu-long-name-over-1-mib', 'TAR_HEADER_TOO_LARGE', header({ type: 'L', size: 2 ** 20 + 1 })),
  fault('gnu-long-name-empty', 'TAR_GNU_INVALID', gnuLong('L', ''), file('a')),
  fault('gnu-long-name-without-data', 'TAR_GNU_INVALID', header({ type: 'L' }), file('a')),
  fault('gnu-long-name-without-member', 'TAR_MEMBER_MISSING', gnuLong('L', 'b')),
  fault('gnu-long-name-twice', 'TAR_GNU_INVALID', gnuLong('L', 'b'), gnuLong('L', 'c'), file('a')),
  fault('gnu-long-link-twice', 'TAR_GNU_INVALID', gnuLong('K', 'b'), gnuLong('K', 'c'), symlink('a', 'x')),
  fault('gnu-long-link-for-file', 'TAR_GNU_INVALID', gnuLong('K', 'b'), file('a')),
  fault('gnu-long-link-for-folder', 'TAR_GNU_INVALID', gnuLong('K', 'b'), folder('a')),
  fault('name-in-pax-and-long-name', 'TAR_NAME_TWICE', pax([['path', 'b']]), gnuLong('L', 'c'), file('a')),
  fault(
    'link-in-pax-and-long-link',
    'TAR_NAME_TWICE',
    gnuLong('K', 'c'),
    pax([['linkpath', 'b']]),
    symlink('a', 'x'),
  ),
  fault(
    'pax-size-meant-for-long-name',
    'TAR_CHECKSUM',
    concatBytes([pax([['size', '512']]), gnuLong('L', 'b'), file('a'), file('smuggled')]),
    padded(paxRecord('path', 'x')),
  ),
  fault('v7-folder-with-content', 'TAR_SIZE_INVALID', file('a/', 'x', { magic: V7 })),
];

export const FAULTS: readonly Fault[] = [
  ...paths,
  ...places,
  ...links,
  ...kinds,
  ...numbers,
  ...ends,
  ...extensions,
];
