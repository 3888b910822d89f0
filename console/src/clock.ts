import { useEffect, useState } from "react";

/** Smaller differences are the answer's way, and the header's whole seconds. Unit: ms. */
const toleratedMs = 2_000;

let aheadMs = 0;

/** Learns from an answer's Date how far the viewer's clock is off. */
export function noteServerTime(date: string | null): void {
  const difference = date === null ? Number.NaN : Date.parse(date) - Date.now();
  if (!Number.isNaN(difference)) aheadMs = Math.abs(difference) > toleratedMs ? difference : 0;
}

/** The server's time. Unit: ms since the epoch. */
export const serverNow = (): number => Date.now() + aheadMs;

/** The server's time, shown anew so often while the component is shown. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
