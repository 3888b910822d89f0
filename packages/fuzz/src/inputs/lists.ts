import fc from "fast-check";

/** Where limits of lists are, and one beyond. */
const lengths = [100, 101, 512, 513] as const;

/** A few elements; sometimes none, the same one twice, or the few again and again up to a limit and one beyond. */
export function lists<Element>(elements: fc.Arbitrary<Element>): fc.Arbitrary<Element[]> {
  const few = fc.array(elements, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 30, arbitrary: few },
    { weight: 4, arbitrary: elements.map((element) => [element, element]) },
    { weight: 2, arbitrary: fc.constant<Element[]>([]) },
    { weight: 1, arbitrary: fc.tuple(few, fc.constantFrom(...lengths)).map(cycled) },
  );
}

const cycled = <Element>([few, length]: [Element[], number]): Element[] =>
  Array.from({ length }, (_, index) => few[index % few.length] as Element);
