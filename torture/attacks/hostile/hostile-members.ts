/** What the members of an archive can be made of, from the harmless to what only an attacker writes. */
import { concatBytes } from '../../../src/bytes/concat.ts';
import { base256, GNU, raw, type Spelt, USTAR, V7 } from '../../../test/tar/tar-builder.ts';

/** A pool to draw from: what is `mean` may be refused, what is `harmless` is mostly read. */
export interface Pool<T> {
  readonly harmless: readonly T[];
  readonly mean: readonly T[];
}

const NOT_TEXT: Uint8Array = raw('\xff\xfe');

/** Names that no blank is in. */
function words(text: string): string[] {
  return text.split(' ');
}

/** Few, so that members meet: twins by case, by normalisation and by folding among them. */
export const NAMES: Pool<Spelt> = {
  harmless: [
    ...words(
      'a b d d/x d/y d/e/z ./a d//x ./d/./y A D/x é e\u0301 ß ss ﬁ fi a\\b -rf con ab:c * %2e%2e __proto__',
    ),
    ...words('\x1b[31m \u202egnp.exe .git .cas. CAS~1 ...'),
    ' ',
    'a\nb',
    'a\r',
    'n'.repeat(100),
    'l'.repeat(255),
    NOT_TEXT,
    concatBytes([NOT_TEXT, raw('/x')]),
  ],
  mean: [
    ...words('../canary/secret ../x d/../../x d/.. .. . ./ / /x //x a/ d/x/ C:x C:../x ..\\x \\\\srv\\s'),
    ...words('.cas/config.json d/.CAS .cas a\0b ../\0a'),
    '',
    'n'.repeat(256),
    `${'w'.repeat(250)}/`.repeat(17),
    'd/'.repeat(1001),
  ],
};

/** Besides the names that came before. */
export const TARGETS: Pool<Spelt> = {
  harmless: [...words('a d/x . .. ../canary d/.. /etc/passwd / nowhere'), 't'.repeat(200), NOT_TEXT],
  mean: [...words('../canary/secret C:a a\0b /dev/null d/../../canary/secret ./'), '', 't'.repeat(4096)],
};

/** Regular files more often than all else. */
export const TYPES: Pool<string> = {
  harmless: ['0', '0', '0', '0', '\0', '7', '5', '5', '2', '2', '1', '1'],
  mean: ['3', '4', '6', 'S', 'V', 'M', 'D', 'N', 'A', 'X', 'Z', '8', '\xff', 'x', 'g', 'L', 'K'],
};

export const MODES: Pool<Spelt | number> = {
  harmless: [0o644, 0o755, 0o600, 0o700, 0o100644],
  mean: [0o4755, 0o2755, 0o1777, 0o777777, '       \0', '000068\0', base256(-1n, 8), 0],
};

export const FOLDER_MODES: Pool<Spelt | number> = {
  harmless: [0o755, 0o700, 0o1777, 0o2755, 0o040755],
  mean: MODES.mean,
};

export const TIMES: Pool<Spelt | number> = {
  harmless: [0, 1_600_000_000, '77777777777\0', base256(-5n), base256(884_541_340_800n)],
  mean: ['yesterday\0', base256(2n ** 60n)],
};

/** How a size is spelt, of content of so many bytes. */
export const SIZES: Pool<(length: number) => Spelt> = {
  harmless: [octal, octal, (length) => `${length.toString(8)} `, (length) => base256(BigInt(length))],
  mean: [
    (length) => octal(length + 1),
    (length) => octal(length + 512),
    (length) => octal(Math.max(0, length - 512)),
    () => base256(-5n),
    () => base256(2n ** 53n),
    () => base256(2n ** 90n),
    () => '00000000009\0',
    () => '77777777777\0',
    (length) => `${length.toString(8)}x\0`,
    () => '           \0',
  ],
};

function octal(length: number): Spelt {
  return `${length.toString(8).padStart(11, '0')}\0`;
}

/** Where a name stands: in a header of this format, or in an extension before it. */
export const CARRIERS = ['ustar', 'gnu', 'v7', 'prefix', 'long', 'pax'] as const;
export type Carrier = (typeof CARRIERS)[number];

export const MAGICS: Readonly<Record<Carrier, Spelt>> = {
  ustar: USTAR,
  gnu: GNU,
  v7: V7,
  prefix: USTAR,
  long: GNU,
  pax: USTAR,
};

/** Records of a pax header beside those that are needed. */
export const RECORDS: Pool<readonly [Spelt, Spelt]> = {
  harmless: [
    ['comment', 'x'],
    ['mtime', '1.5'],
    ['uid', '0'],
    ['SCHILY.xattr.user.caskit.k', 'v'],
    ['__proto__', 'x'],
    ['SCHILY.xattr.security.capability', raw('\x01\0\xff')],
  ],
  mean: [
    ['path', ''],
    ['path', '../canary/secret'],
    ['path', 'a\0b'],
    ['size', '512'],
    ['size', '0'],
    ['size', '-5'],
    ['size', '1e400'],
    ['mtime', '1e400'],
    ['linkpath', '../canary/secret'],
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.name', '../canary/secret'],
    ['hdrcharset', 'EBCDIC'],
    ['SCHILY.xattr.user.caskit.1 a', 'v'],
  ],
};
