/**
 * Archives of a few members whose every part is drawn: type, name, what carries the name, link, size, mode, time,
 * order, extensions, checksum, end and packing. A third is harmless, a third has a trick here or there, a third is full of them.
 */
import { gzipSync } from 'node:zlib';
import { concatBytes } from '../../../src/bytes/concat.ts';
import {
  bytesOf,
  file,
  GNU,
  gnuLong,
  type HeaderFields,
  header,
  padded,
  pax,
  paxRaw,
  type Spelt,
} from '../../../test/tar/tar-builder.ts';
import { Dice } from '../../dice.ts';
import {
  CARRIERS,
  type Carrier,
  FOLDER_MODES,
  MAGICS,
  MODES,
  NAMES,
  type Pool,
  RECORDS,
  SIZES,
  TARGETS,
  TIMES,
  TYPES,
} from './hostile-members.ts';

const MOST_MEMBERS = 6;
const FIELD_BYTES = 100;
const PREFIX_BYTES = 155;
/** Of drawn things, one is mean in so many. */
const MEANNESS = [Number.MAX_SAFE_INTEGER, 50, 5] as const;

export interface ArchiveSurroundings {
  /** The path of a folder that no archive may reach. */
  readonly outside: string;
}

/** The bytes of the archive of this seed. */
export function hostileArchive(seed: number, { outside }: ArchiveSurroundings): Uint8Array {
  return new Draft(new Dice(seed), outside).archive();
}

class Draft {
  readonly #dice: Dice;
  readonly #meanness: number;
  readonly #outside: string;
  readonly #names: Spelt[] = [];
  readonly #files: Spelt[] = [];

  constructor(dice: Dice, outside: string) {
    this.#dice = dice;
    this.#meanness = dice.pick(MEANNESS);
    this.#outside = outside;
  }

  archive(): Uint8Array {
    const count = 1 + this.#dice.below(MOST_MEMBERS);
    const members = Array.from({ length: count }, () => this.#member());
    return this.#packed(concatBytes([...this.#opening(), ...members, this.#ending()]));
  }

  #isMean(): boolean {
    return this.#dice.chance(1 / this.#meanness);
  }

  #from<T>({ harmless, mean }: Pool<T>): T {
    return this.#dice.pick(this.#isMean() ? mean : harmless);
  }

  /** A global header, now and then. */
  #opening(): Uint8Array[] {
    if (!this.#dice.chance(1 / 8)) return [];
    return [pax([this.#isMean() ? this.#from(RECORDS) : ['comment', 'x']], { type: 'g' })];
  }

  #member(): Uint8Array {
    const type = this.#from(TYPES);
    const name = this.#name(type);
    const carrier = this.#carrierOf(name);
    const isLink = type === '1' || type === '2';
    const link = isLink ? this.#link(type) : '';
    const content = isFile(type) || this.#isMean() ? 'c'.repeat(this.#dice.pick([0, 1, 5, 512, 700])) : '';
    const fields: HeaderFields = {
      type,
      magic: MAGICS[carrier],
      mode: this.#from(type === '5' ? FOLDER_MODES : MODES),
      mtime: this.#from(TIMES),
      size: this.#from(SIZES)(content.length),
      ...this.#spelling(carrier, name),
      ...this.#checksum(),
    };
    this.#names.push(name);
    if (isFile(type)) this.#files.push(name);
    const extensions = [...this.#nameExtension(carrier, name), ...this.#linkExtension(link)];
    const own = header({ ...fields, link: shortened(link, FIELD_BYTES) });
    return concatBytes([...extensions, own, padded(content)]);
  }

  /** One that stood already more often than chance would have it. */
  #name(type: string): Spelt {
    const isAgain = this.#isMean() && this.#names.length > 0;
    const name = isAgain ? this.#dice.pick(this.#names) : this.#fresh();
    if (this.#isMean()) return this.#dice.chance(1 / 4) ? `${this.#outside}/secret` : below(name);
    return type === '5' && this.#dice.chance(1 / 2) ? concatBytes([bytesOf(name), bytesOf('/')]) : name;
  }

  #fresh(): Spelt {
    const name = this.#from(NAMES);
    return this.#names.includes(name) ? this.#from(NAMES) : name;
  }

  /** A hard link mostly leads to a file that came before. */
  #link(type: string): Spelt {
    const known = type === '1' && !this.#isMean() ? this.#files : this.#names;
    if (known.length > 0 && (type === '1' || !this.#dice.chance(1 / 3))) return this.#dice.pick(known);
    return this.#isMean() && this.#dice.chance(1 / 3) ? `${this.#outside}/secret` : this.#from(TARGETS);
  }

  #carrierOf(name: Spelt): Carrier {
    const carrier = this.#dice.pick(CARRIERS);
    const isLong = bytesOf(name).length > FIELD_BYTES;
    return isLong && carrier !== 'pax' && !this.#isMean() ? 'long' : carrier;
  }

  #spelling(carrier: Carrier, name: Spelt): Pick<HeaderFields, 'name' | 'prefix'> {
    const bytes = bytesOf(name);
    const slash = bytes.lastIndexOf(0x2f, bytes.length - 2);
    if (carrier === 'prefix' && slash > 0)
      return {
        prefix: shortened(bytes.subarray(0, slash), PREFIX_BYTES),
        name: shortened(bytes.subarray(slash + 1), FIELD_BYTES),
      };
    const isElsewhere = carrier === 'long' || carrier === 'pax';
    return { name: isElsewhere ? 'short' : shortened(name, FIELD_BYTES) };
  }

  #nameExtension(carrier: Carrier, name: Spelt): Uint8Array[] {
    if (carrier === 'pax') return [this.#pax([['path', name]])];
    if (carrier === 'long')
      return this.#isMean() ? [gnuLong('L', name), gnuLong('L', 'b')] : [gnuLong('L', name)];
    return this.#isMean() || this.#dice.chance(1 / 6) ? [this.#pax([])] : [];
  }

  #pax(needed: readonly (readonly [Spelt, Spelt])[]): Uint8Array {
    const lengths = ['0 path=evil\n', '99 path=evil\n', '11 path=evil\n', '12 path=evil', '3 \n', '-5 a=b\n'];
    if (this.#isMean() && this.#dice.chance(1 / 3)) return paxRaw(this.#dice.pick(lengths));
    return pax([...needed, this.#from(RECORDS)]);
  }

  #linkExtension(link: Spelt): Uint8Array[] {
    return bytesOf(link).length > FIELD_BYTES || this.#isMean() ? [gnuLong('K', link)] : [];
  }

  #checksum(): Pick<HeaderFields, 'checksum'> {
    if (!this.#isMean() || !this.#dice.chance(1 / 6)) return {};
    return { checksum: this.#dice.pick(['012345\0 ', '        ', new Uint8Array(8)]) };
  }

  #ending(): Uint8Array {
    const harmless = [512, 1024, 10_240].map((length) => new Uint8Array(length));
    const second = concatBytes([new Uint8Array(1024), file('d/x', 'second'), new Uint8Array(1024)]);
    const mean = [
      new Uint8Array(0),
      new Uint8Array(700),
      bytesOf('junk'),
      second,
      header({ type: 'L', magic: GNU }),
    ];
    return this.#from({ harmless, mean });
  }

  #packed(bytes: Uint8Array): Uint8Array {
    if (this.#isMean() && this.#dice.chance(1 / 4)) return bytes.subarray(0, this.#dice.below(bytes.length));
    if (!this.#dice.chance(1 / 6)) return bytes;
    const middle = this.#dice.below(bytes.length);
    const members = [gzipSync(bytes.subarray(0, middle)), gzipSync(bytes.subarray(middle))];
    const whole = concatBytes(this.#dice.chance(1 / 2) ? members : [gzipSync(bytes)]);
    return this.#from({
      harmless: [whole],
      mean: [
        concatBytes([whole, bytesOf('junk')]),
        whole.subarray(0, -9),
        whole.subarray(0, whole.length >> 1),
      ],
    });
  }
}

function isFile(type: string): boolean {
  return type === '0' || type === '\0' || type === '7';
}

/** A place below one that may be a file or a symlink by then. */
function below(name: Spelt): Spelt {
  return concatBytes([bytesOf(name), bytesOf('/x')]);
}

function shortened(spelt: Spelt, length: number): Uint8Array {
  return bytesOf(spelt).subarray(0, length);
}
