/**
 * Greedy up to the last "@", since a password that was not escaped may have any character. Of a
 * list of URLs, only the last host is left.
 */
const userInfo = /^([a-z][a-z0-9+.-]*:\/\/)?.*@/is;

/** The URL as it may be shown: with *** for the user and the password, also where it is none. */
export const maskUserInfo = (url: string): string => url.replace(userInfo, "$1***@");
