/** What mutants are made of, those sources first whose mistakes cost most, and the tests that are to notice. */

/**
 * @typedef {object} Room
 * @property {readonly string[]} sources
 * @property {readonly string[]} tests in this order: those first that are quick to fail
 * @property {string} [titles] a regular expression: only tests whose file and title it fits. All, if left out
 */

/** @param {string} room @param {string} names */
const testsOf = (room, names) => names.split(' ').map((name) => `test/${room}/${name}.test.ts`);

/** @param {string} room @param {string} names */
const sourcesOf = (room, names) => names.split(' ').map((name) => `src/${room}/${name}.ts`);

/** @type {Readonly<Record<string, Room>>} */
export const ROOMS = {
  label: {
    sources: sourcesOf(
      'label',
      'label-writer label-reader log-cursor record table book edit label-store log-walk name name-clash ' +
        'history lineage revisit keep label label-files',
    ),
    tests: testsOf(
      'label',
      'name codecs edit revisit history label-store label-calls lineage hostile model crash',
    ),
  },
  follower: { sources: sourcesOf('label', 'log-follower'), tests: testsOf('watch', 'watch') },
  files: {
    sources: sourcesOf(
      'files',
      'lock lock-claim lock-record publish temporary process-table node-open-file read-whole',
    ),
    tests: testsOf('files', 'file-error lock-record node-files lock-race lock file-system publish'),
  },
  loose: {
    sources: sourcesOf('loose', 'loose-writer loose-store loose-reader loose-path stale-temporaries'),
    tests: [
      ...testsOf('loose', 'loose-store'),
      ...testsOf('conformance', 'conformance'),
      ...testsOf('loose', 'loose-crash'),
    ],
    titles: '^test/loose/|: loose-store on (disk|a disk that forgets) ',
  },
  packs: {
    sources: sourcesOf(
      'packs',
      'entry-decoder entry-recovery pack-file pack-index pack-search packed-store pack-folder',
    ),
    tests: [
      ...testsOf('packs', 'packs-now wasteful-streams deflated-now packed-store'),
      ...testsOf('hostile', 'packs'),
      ...testsOf('conformance', 'conformance'),
      ...testsOf('packs', 'many-reader'),
    ],
    titles: '^test/(packs|hostile)/|: packed-store on disk ',
  },
  pack: {
    sources: sourcesOf(
      'pack',
      'idx idx-check idx-layout entry-header delta pack-rows chunk-list scan-pack meta stream-end ' +
        'pack-header checksum',
    ),
    tests: testsOf('pack', 'delta entry-header pages scan-pack chunks idx-hostile idx'),
  },
  paths: {
    sources: [
      ...sourcesOf(
        'view',
        'held-folder folder-stack target-folder folder-writer portable-name portable to-folder',
      ),
      ...sourcesOf('tar', 'path kind number header pax'),
    ],
    tests: [
      ...testsOf('view', 'portable held-folder folder-guard to-folder'),
      ...testsOf('tar', 'content faults archive-tree archive scanner'),
    ],
  },
  gc: {
    sources: sourcesOf('gc', 'sweep plan claims marks gc live-copy undelete trash-heap'),
    tests: testsOf('gc', 'claims listed-chunks live-copy gc'),
  },
};
