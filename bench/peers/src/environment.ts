/** What the program that started this one has told it. Throws when it has not. */
export function told(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
