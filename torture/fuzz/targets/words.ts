/** Text that people type, and that names things: revisions, labels, paths, settings, times, rules of what is left out. */
import { equalBytes } from '../../../src/bytes/compare.ts';
import {
  decodeStrictly,
  decodeText,
  encodeText,
  formatName,
  parseName,
  printable,
} from '../../../src/bytes/text.ts';
import { decodeVarint, encodeVarint } from '../../../src/bytes/varint.ts';
import { findAlias } from '../../../src/hash/alias-hash.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { findIntegrityId, findObjectId, parseObjectId } from '../../../src/hash/object-id.ts';
import { findKeep, formatKeep } from '../../../src/label/keep.ts';
import { parseLabelName } from '../../../src/label/name.ts';
import { formatTime, parseTime } from '../../../src/object/timestamp.ts';
import { parsePath } from '../../../src/object/tree-entry.ts';
import { parseGrace } from '../../../src/store/grace.ts';
import { cutPath, parseRevision } from '../../../src/store/revision.ts';
import { parseSetting, SETTINGS } from '../../../src/store/settings.ts';
import { compileStars } from '../../../src/tree/conditions.ts';
import { PathRules } from '../../../src/tree/path-rules.ts';
import { findPortableNameFault, findPortableTargetFault, foldName } from '../../../src/view/portable-name.ts';
import { formatCursor, parseCursor } from '../../../src/watch/cursor.ts';
import { hold, holdAlike, holdSame, outcomeOf } from '../oracle.ts';
import { seedsOf, type Target, textOf, wordsOf } from '../target.ts';

const ID = hashBytes(encodeText('x'));

export const revisions: Target = {
  name: 'revision',
  inputs: 10_000,
  maxBytes: 300,
  seeds: seedsOf(
    'release/v1',
    `${ID}:a/b`,
    'a@{2}~3:x',
    'a@{2026-01-31}',
    'a~~2',
    'sha1:0123456789abcdef0123456789abcdef01234567',
    'sha256-LXEWQrcmsEQBYnyp7UcYkWlFjyCDcpcTgy0dLsU8zP0=:p',
    'abcd',
  ),
  words: wordsOf(
    '@{ } ~ : sha256: sha1: md5: git: sha512- sha384- 2026-01-31T12:00:00Z %2F %00 / .. .cas =',
    ID,
  ),
  run: (bytes) => {
    const text = textOf(bytes);
    const { base, path } = cutPath(text);
    hold(path === undefined || `${base}:${path}` === text, 'what is cut is all of it');
    const revision = parseRevision(text);
    hold((revision.path === undefined) === (path === undefined), 'both ways find a path, or none');
    hold(Number.isSafeInteger(revision.generations), 'generations are a number');
  },
};

export const names: Target = {
  name: 'name',
  inputs: 4000,
  maxBytes: 300,
  seeds: seedsOf(
    'release/v2',
    'd/\u00e9',
    'a%41%zz%',
    'con.txt',
    '../x',
    '\u202e\ud83c\udf2d',
    Uint8Array.of(0x61, 0xff, 0xc3, 0x2f, 0x80),
  ),
  words: wordsOf('/ // . .. .lock @{ HEAD %41 % .cas .CAS aux e\u0301 \u00df \u200c \0 ~1 C: \\', ' '),
  run: (bytes) => {
    holdSame(parseName(formatName(bytes)), bytes, 'a name that is shown is read back');
    hold(decodeText(bytes) === decodeStrictly(bytes), 'both ways to decode text agree');
    const text = textOf(bytes);
    hold(foldName(foldName(text)) === foldName(text), 'what is folded stays as it is');
    hold(printable(printable(text)) === printable(text), 'what can be printed stays as it is');
    findPortableNameFault(bytes);
    findPortableTargetFault(bytes, 2);
    const path = outcomeOf(() => parsePath(bytes));
    if (path.kind === 'value')
      hold(
        path.value.every((name) => name.length > 0 && !name.includes(0x2f)),
        'a path is made of names',
      );
    parseLabelName(text);
  },
};

/** The first line says what to read the second as, where that matters. */
export const values: Target = {
  name: 'value',
  inputs: 20_000,
  maxBytes: 200,
  seeds: seedsOf(
    'gc.grace\n12h',
    'aliases\nsha1,md5',
    'chunk.threshold\n1048576',
    'x\n2026-01-31T12:00:00Z',
    'x\n90d',
    'x\n4-0123abcd.17',
    'x\n1.5G',
    `x\n${ID}`,
    'x\nsha1:0123456789abcdef0123456789abcdef01234567',
    Uint8Array.of(0x0a, 0xff, 0xff, 0x7f),
  ),
  words: wordsOf('all d h w T Z - . true group sha256- sha512- = -02-29 24:00:00', ...SETTINGS.keys(), '\n'),
  run: (bytes) => {
    const varint = outcomeOf(() => decodeVarint(bytes, 0));
    if (varint.kind === 'value' && varint.value !== undefined)
      hold(
        equalBytes(encodeVarint(varint.value.value), bytes.subarray(0, varint.value.end)),
        'a number has one spelling',
      );
    const [key = '', ...rest] = textOf(bytes).split('\n');
    const text = rest.join('\n');
    const time = parseTime(text);
    hold(time === undefined || formatTime(time) === text, 'a time has one spelling');
    const keep = findKeep(text);
    hold(keep === undefined || formatKeep(keep) === text, 'so has how much is kept');
    const alias = findAlias(text);
    hold(
      alias === undefined || findAlias(`${alias.hash}:${alias.hex}`)?.hex === alias.hex,
      'an alias is one in hex, too',
    );
    const id = findIntegrityId(text) ?? findObjectId(text);
    hold(id === undefined || parseObjectId(id) === id, 'an id is one');
    const cursor = outcomeOf(() => parseCursor(text));
    if (cursor.kind === 'value')
      hold(text === '0' || formatCursor(cursor.value) === text, 'a cursor has one spelling');
    outcomeOf(() => parseGrace(text));
    const setting = parseSetting(key, text);
    holdAlike(parseSetting(key, String(setting)), setting, 'a setting is read back');
  },
};

/** The first line is a path, or what is held against the second; the others are rules. */
export const rules: Target = {
  name: 'rules',
  inputs: 5000,
  maxBytes: 200,
  seeds: seedsOf(
    'd/a.txt\n*.txt\n!a.txt\n/d/',
    'a/b/c\na/**/c\n[a-c]/?\n\\!x',
    'image/png\nimage/*',
    'a/a/a/b\n**/a/**/a/**/b',
  ),
  words: wordsOf('* ** / **/ ? [ ] [a-z] [^ ! \\ #', '\n', ' ', '\t'),
  run: (bytes) => {
    const text = textOf(bytes);
    const [first = '', second = '', ...rest] = text.split('\n');
    const stars = compileStars(second);
    hold(
      !second.includes('*') ? stars(first) === (first === second) : stars(second.replaceAll('*', '')),
      'stars stand for nothing, too',
    );
    const path = first
      .split('/')
      .filter((name) => name !== '' && name !== '.' && name !== '..')
      .join('/');
    if (path !== '') {
      const matcher = PathRules.from([second]).within('', rest.join('\n'));
      hold(matcher.matches(path, 'file') === matcher.matches(path, 'file'), 'rules say the same twice');
    }
  },
};
