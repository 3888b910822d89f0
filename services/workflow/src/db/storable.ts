/** Text that comes from elsewhere as PostgreSQL can store it, which it cannot with NUL. */
export const storable = (text: string): string => text.replaceAll("\0", "\uFFFD");
