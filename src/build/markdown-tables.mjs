/** Has Prettier leave the tables of Markdown as they are: aligned, one longer cell would change every row. */

import { doc } from "prettier";
import { parsers as builtinParsers, printers as builtinPrinters } from "prettier/plugins/markdown";

const { join, hardline } = doc.builders;
const { mdast } = builtinPrinters;

function print(path, options, ...rest) {
  const { type, position } = path.node;
  if (type !== "table") {
    return mdast.print(path, options, ...rest);
  }
  const text = options.originalText.slice(position.start.offset, position.end.offset);
  return join(
    hardline,
    text.split("\n").map((row) => row.trim()),
  );
}

export const parsers = { markdown: builtinParsers.markdown }; // with it, that the printer is taken from here
export const printers = { mdast: { ...mdast, print } };
