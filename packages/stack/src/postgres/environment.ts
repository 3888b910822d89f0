/** For PostgreSQL's programs: nothing of the user's PG… variables and locale. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
}
