/** Checks one pack, every byte of it: what it says of itself, what its idx and meta say of it, and every object. */
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError } from '../errors/errors.ts';
import { objectIdFromBytes } from '../hash/object-id.ts';
import type { Idx } from '../pack/idx.ts';
import { PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { packNameOf } from '../pack/pack-list.ts';
import { type ExaminedPack, examinePack, type PackCheck } from './examined-pack.ts';
import type { Finding } from './finding.ts';
import { indexAnew, isMetaOf, type OpenedPack } from './opened-pack.ts';
import { packCorrupt, packedObjectCorrupt, tableCorrupt } from './pack-findings.ts';
import { idOfEntry } from './proof-columns.ts';

/** Enters what is sound into the census, and what it names into the links. */
export async function* checkPack(check: PackCheck, pack: OpenedPack): AsyncGenerator<Finding> {
  if (pack.packBytes < PACK_HEADER_BYTES + PACK_TRAILER_BYTES) {
    yield packCorrupt(pack.name, 'it ends inside its header');
    yield* tellOfBeyond(pack, pack.idx.rowsInPackOrder());
    return;
  }
  let checked = await examinePack(check, pack, pack.idx);
  const problem = findIdxProblem(checked, pack.idx);
  if (problem !== undefined && checked.survey.isSealed) {
    // The pack is as it was written: what is wrong is its idx, unless its writer was.
    const right = await indexAnew(check.repository, pack);
    if (right instanceof CorruptError) yield packCorrupt(pack.name, right.message);
    else {
      yield tableCorrupt(pack.name, 'idx', problem);
      if (pack.meta !== undefined && !isMetaOf(pack.meta, right))
        yield tableCorrupt(pack.name, 'meta', 'it is that of another pack');
      checked = await examinePack(check, pack, right);
    }
  }
  const { survey, metaFaults } = checked;
  if (!survey.isSealed) yield packCorrupt(pack.name, 'its bytes are not those of its checksum');
  else if (packNameOf(survey.trailer) !== pack.name)
    yield packCorrupt(pack.name, 'it has the name of another pack');
  yield* tellOfObjects(pack, checked);
  yield* tellOfBeyond(pack, checked.beyond);
  if (metaFaults > 0) yield tableCorrupt(pack.name, 'meta', `it is wrong about ${metaFaults} of its objects`);
}

/** What an idx says that is not so, as a clause; that may be the fault of its pack. */
function findIdxProblem({ survey, rows, faults, beyond }: ExaminedPack, idx: Idx): string | undefined {
  const { entries, count, trailer } = survey;
  if (!equalBytes(idx.packTrailer, trailer)) return 'it is that of another pack';
  if (count !== idx.count) return 'it has another number of objects than its pack';
  const startsLate = entries.count > 0 && entries.offsets[0] !== PACK_HEADER_BYTES;
  if (startsLate || faults.size > 0 || beyond.length > 0) return 'it does not say what its pack holds';
  for (let entry = 0; entry < entries.count; entry++) {
    if (idx.crcAt(rows[entry]!) !== entries.crcs[entry]) return 'it has another CRC-32 of an entry';
  }
  return undefined;
}

function* tellOfObjects({ name }: OpenedPack, { survey, columns, faults }: ExaminedPack): Generator<Finding> {
  for (const [entry, reason] of faults) {
    const object = objectIdFromBytes(idOfEntry(columns, entry));
    yield packedObjectCorrupt(name, object, { offset: survey.entries.offsets[entry]!, reason });
  }
}

function* tellOfBeyond({ name, idx }: OpenedPack, rows: Uint32Array): Generator<Finding> {
  for (const row of rows) {
    const fault = { offset: idx.offsetAt(row), reason: 'the pack ends before it' };
    yield packedObjectCorrupt(name, objectIdFromBytes(idx.idAt(row)), fault);
  }
}
