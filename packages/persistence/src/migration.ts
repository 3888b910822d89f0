import { Migration } from "@mikro-orm/migrations";

/** A class for MikroORM's list of migrations, with its stable name. */
export type MigrationClass = (new (
  ...parameters: ConstructorParameters<typeof Migration>
) => Migration) & { readonly migrationName: string };

/**
 * A migration in plain SQL, run once per database, in a transaction of its own. Its name is
 * recorded and never changes; the order is that of the list.
 */
export function migration(migrationName: string, up: string | readonly string[]): MigrationClass {
  return class extends Migration {
    static readonly migrationName = migrationName;
    override name = migrationName;

    override up(): void {
      for (const statement of [up].flat()) this.addSql(statement);
    }
  };
}
