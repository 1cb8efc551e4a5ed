/** What the name of a file of some media type ends in, in the layouts that say so. */

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const UNKNOWN = '.dat';

/** A line for each group: what media types begin with, then their second parts and endings. */
const TABLE = `
text: plain .txt, markdown .md, html .html, css .css, csv .csv, xml .xml, javascript .js, x-typescript .ts, x-python .py,
  x-java .java, x-c .c, x-c++ .cpp, x-csharp .cs, x-go .go, x-rust .rs, x-ruby .rb, x-php .php, x-swift .swift,
  x-kotlin .kt, x-shell .sh
application: json .json, xml .xml, yaml .yaml, x-yaml .yaml, pdf .pdf, msword .doc, vnd.ms-excel .xls,
  vnd.ms-powerpoint .ppt, zip .zip, gzip .gz, x-tar .tar, x-7z-compressed .7z, octet-stream .bin, wasm .wasm,
  javascript .js, typescript .ts
image: png .png, jpeg .jpg, gif .gif, webp .webp, svg+xml .svg, bmp .bmp, tiff .tiff, x-icon .ico
audio: mpeg .mp3, wav .wav, ogg .ogg, webm .webm, aac .aac, flac .flac
video: mp4 .mp4, mpeg .mpeg, webm .webm, ogg .ogv, quicktime .mov, x-msvideo .avi
font: woff .woff, woff2 .woff2, ttf .ttf, otf .otf`;

const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ...parseTable(TABLE),
  [`${OFFICE}.wordprocessingml.document`, '.docx'],
  [`${OFFICE}.spreadsheetml.sheet`, '.xlsx'],
  [`${OFFICE}.presentationml.presentation`, '.pptx'],
]);

/** With its dot; `.dat` for what is not known. Neither case nor parameters of the media type count. */
export function extensionOf(mediaType: string): string {
  return EXTENSIONS.get(baseTypeOf(mediaType).toLowerCase()) ?? UNKNOWN;
}

/** A media type without its parameters. */
export function baseTypeOf(mediaType: string): string {
  return mediaType.split(';', 1)[0]!.trim();
}

function parseTable(text: string): [string, string][] {
  return text
    .trim()
    .split(/\n(?! )/)
    .flatMap((line) => {
      const [kind = '', rest = ''] = line.split(': ');
      return rest.split(',').map((pair): [string, string] => {
        const [name = '', extension = ''] = pair.trim().split(' ');
        return [`${kind}/${name}`, extension];
      });
    });
}
