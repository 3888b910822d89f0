/** An attribute of OTLP in JSON. Integers are 64 bits wide, and thus text unless they are small. */
export interface Attribute {
  readonly key: string;
  readonly value?: {
    readonly stringValue?: string;
    readonly intValue?: string | number;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
  };
}

/** Attributes by name; what is neither text, number nor truth, such as a list, is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Attributes as they are looked at. */
export function attributesOf(attributes: readonly Attribute[] = []): Attributes {
  const known = attributes.flatMap(({ key, value = {} }) => {
    const { stringValue, intValue, doubleValue, boolValue } = value;
    const found = stringValue ?? doubleValue ?? boolValue;
    if (found !== undefined) return [[key, found] as const];
    return intValue === undefined ? [] : [[key, Number(intValue)] as const];
  });
  return Object.fromEntries(known);
}
