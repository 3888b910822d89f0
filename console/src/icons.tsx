/** Line icons of 24 by 24, drawn in the text's colour; always beside words, or named by whoever shows them. */
const paths = {
  alert:
    "M12 8v5m0 3.5v.01M10.3 3.9 2.6 17.4A2 2 0 0 0 4.3 20.4h15.4a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z",
  basket:
    "M4 9h16l-1.6 9.2a2 2 0 0 1-2 1.8H7.6a2 2 0 0 1-2-1.8L4 9Zm4 0 3-5m5 5-3-5M9.5 13v3.5m5-3.5v3.5",
  boxes: "M12 3 4 7v10l8 4 8-4V7l-8-4Zm0 18V11m0 0L4 7m8 4 8-4M8 5l8 4",
  check: "m5 12.5 4.5 4.5L19 7.5",
  flow: "M3 12h4l3-7 4 14 3-7h4",
  heart: "M3 12h4l2-4 3 8 2-4h7M20.4 9A5 5 0 0 0 12 5.6 5 5 0 0 0 3.6 9m2 6.4L12 21l6.4-5.6",
  leave: "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 8l-4 4 4 4m-4-4h10",
  letter: "M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7Zm0 .5 9 6 9-6",
  lock: "M6 11h12v9H6v-9Zm2.5 0V8a3.5 3.5 0 0 1 7 0v3",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
  orders: "M6 3h12v18l-3-2-3 2-3-2-3 2V3Zm3.5 5.5h5m-5 4h5",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5",
  shop: "M4 10v10h16V10M3 10l2-6h14l2 6a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0Zm6 10v-5h6v5",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-13v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4",
  wait: "M7 3h10M7 21h10M8 3v3.5L12 12l4-5.5V3M8 21v-3.5l4-5.5 4 5.5V21",
  cross: "m6.5 6.5 11 11m0-11-11 11",
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) => (
  <svg
    viewBox="0 0 24 24"
    width={size}
    height={size}
    fill="none"
    stroke="currentColor"
    strokeWidth="1.8"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d={paths[name]} />
  </svg>
);
