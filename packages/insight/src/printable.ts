// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Without what a terminal would obey: what strangers have sent may be in it. */
export const printable = (text: string): string =>
  text.replaceAll(controls, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** The same, on one line. */
export const oneLine = (text: string): string => printable(text.replaceAll(/\s*\n\s*/g, " "));
