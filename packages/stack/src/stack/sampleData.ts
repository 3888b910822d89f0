import type { CreateItemRequest } from "@waybill/contracts/item";
import type { CreateUserRequest } from "@waybill/contracts/user";

/** Enough for many thousand orders of the demo. */
const PLENTY = 1_000_000n;

const item = (itemId: string, name: string, cents: bigint, onHand = PLENTY): CreateItemRequest => ({
  itemId,
  name,
  unitPrice: { minorUnits: cents, currency: "EUR" },
  onHand,
});

/** A dozen items, all in one currency; the last one there is only once. */
export const sampleItems: readonly CreateItemRequest[] = [
  item("tea-green", "Green tea, 100 g", 790n),
  item("tea-black", "Black tea, 100 g", 690n),
  item("tea-mint", "Mint tea, 50 g", 450n),
  item("coffee-filter", "Filter coffee, 500 g", 1_150n),
  item("coffee-espresso", "Espresso beans, 1 kg", 2_190n),
  item("cocoa", "Cocoa powder, 250 g", 620n),
  item("honey", "Forest honey, 500 g", 980n),
  item("shortbread", "Butter shortbread, 200 g", 390n),
  item("mug", "Stoneware mug", 1_450n),
  item("teapot", "Cast-iron teapot, 0.8 l", 5_900n),
  item("grinder", "Hand coffee grinder", 8_900n),
  item("samovar", "Antique samovar", 129_000n, 1n),
];

const withoutLogin = { password: "", roles: [] };

/** Two customers, who have no password: `npm run token -- alice` is who they are. */
export const sampleUsers: readonly CreateUserRequest[] = [
  { userId: "alice", name: "Alice Example", email: "alice@example.com", ...withoutLogin },
  { userId: "bob", name: "Bob Example", email: "bob@example.com", ...withoutLogin },
];
