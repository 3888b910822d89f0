/** What all ids of the contracts look like: of users, orders, items, requests. */
export const idPattern: RegExp = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether this can be an id. */
export const isId = (text: string): boolean => idPattern.test(text);
