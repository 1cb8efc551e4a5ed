/**
 * Resource descriptors: a resource and its representations as JSON-LD in the terms of schema.org.
 *
 *   { "@context": "https://schema.org/", "@id": <resource>, "name": <text>,
 *     "representations": [{ "mediaType": …, "checksum": "sha256:…", "rel": …, "language": … }, …] }
 *
 * `name`, `rel` and `language` may be missing. What else one says is none of the store's business, and is passed over.
 */
import { InvalidInputError } from '../errors/errors.ts';
import { parseChecksum } from './checksum.ts';
import { attributesOf, metadataOf, type RepresentationMetadata } from './metadata.ts';

const CONTEXT = 'https://schema.org/';
/** Other spellings of it that are about. */
const CONTEXTS: ReadonlySet<unknown> = new Set([
  CONTEXT,
  'https://schema.org',
  'http://schema.org/',
  'http://schema.org',
]);

/** One representation as a descriptor names it. */
export interface DescribedRepresentation
  extends Pick<RepresentationMetadata, 'mediaType' | 'language' | 'rel'> {
  /** `sha256:` and 64 hex digits. */
  readonly checksum: string;
}

/** A resource, and where the bytes of its representations are. */
export interface ResourceDescriptor {
  readonly '@context': typeof CONTEXT;
  /** The resource: a URL, or any other name. */
  readonly '@id': string;
  /** For people. */
  readonly name?: string | undefined;
  readonly representations: readonly DescribedRepresentation[];
}

/** What is said of a resource beside its representations. */
export interface DescriptorOptions {
  /** For people. @default none */
  readonly name?: string;
}

/** The descriptor of a resource with these representations, in their order. */
export function formatResourceDescriptor(
  resource: string,
  representations: readonly DescribedRepresentation[],
  { name }: DescriptorOptions = {},
): ResourceDescriptor {
  return {
    '@context': CONTEXT,
    '@id': resource,
    ...(name !== undefined && { name }),
    representations: representations.map(({ mediaType, checksum, rel, language }) => ({
      mediaType,
      checksum,
      ...(rel !== undefined && { rel }),
      ...(language !== undefined && { language }),
    })),
  };
}

/**
 * What a descriptor says, whoever wrote it: parsed JSON of any shape.
 *
 * @throws InvalidInputError `DESCRIPTOR_INVALID`, `CHECKSUM_INVALID`, `METADATA_INVALID`
 */
export function parseResourceDescriptor(value: unknown): ResourceDescriptor {
  const { '@context': context, '@id': resource, name, representations } = recordOf(value, 'it');
  if (typeof context === 'string' && !CONTEXTS.has(context)) throw invalid(`its context is not ${CONTEXT}`);
  if (typeof resource !== 'string' || resource === '') throw invalid('it has no @id');
  if (name !== undefined && typeof name !== 'string') throw invalid('its name is no text');
  if (!Array.isArray(representations)) throw invalid('it has no list of representations');
  const described = representations.map((each) => parseRepresentation(each, resource));
  return formatResourceDescriptor(resource, described, name === undefined ? {} : { name });
}

function parseRepresentation(value: unknown, resource: string): DescribedRepresentation {
  const { checksum, ...said } = recordOf(value, 'a representation');
  const metadata = metadataOf(
    attributesOf({ ...(said as Partial<RepresentationMetadata>), resource } as RepresentationMetadata),
  );
  return { ...metadata, checksum: parseChecksum(checksum) };
}

function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid(`${what} is no object`);
}

function invalid(fault: string): InvalidInputError {
  return new InvalidInputError('DESCRIPTOR_INVALID', `not a resource descriptor: ${fault}`, {
    hint: "give an object with '@context', '@id' and 'representations'",
  });
}
