/**
 * How many columns text takes in a terminal: what the command's parser asks of `string-width`, whose tables of
 * emoji cost each start more than the rest of the parser together. Our help is ASCII, and one column a character.
 */
export default function stringWidth(text: string): number {
  return text.length;
}
