import type { ItemFacts } from "../examine/items.ts";
import type { Databases } from "./databases.ts";

/** One statement, thus one snapshot: it holds on a running stack too. Reservations are unfolded into lines only once. */
const text = `
  with reserved as (
    select line ->> 'item_id' as item_id,
      sum((line ->> 'quantity')::bigint) filter (where state = 'CONFIRMED') as confirmed,
      sum((line ->> 'quantity')::bigint) filter (where state = 'TRIED') as tried
    from reservations, jsonb_array_elements(lines) as line
    where state in ('CONFIRMED', 'TRIED') group by 1),
  adjusted as (select item_id, sum(delta) as adjusted from stock_adjustments group by 1)
  select coalesce(items.item_id, reserved.item_id) as id, coalesce(initial_on_hand, 0) as initial,
    coalesce(adjusted, 0) as adjusted, coalesce(confirmed, 0) as confirmed,
    coalesce(tried, 0) as tried, coalesce(on_hand, 0) as "onHand", coalesce(held, 0) as held
  from items full join reserved using (item_id) left join adjusted using (item_id)`;

/** The stock of all items; also of items that do not exist, but are reserved. */
export async function readItems(databases: Databases): Promise<readonly ItemFacts[]> {
  const rows = await databases.query<Record<keyof ItemFacts, string>>("item", text);
  return rows.map(({ id, ...numbers }) => {
    const sums = Object.entries(numbers).map(([name, value]) => [name, BigInt(value)]);
    return { id, ...Object.fromEntries(sums) };
  });
}
