import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api, page } from "../api.ts";

/** How often the shop's pages look anew. Unit: ms. */
export const refreshMs = 2_000;

/** Pages of what should be empty are small, and one is enough to act upon. */
const pageSize = 50;

export const useFlow = () =>
  useQuery({
    queryKey: ["flow"],
    queryFn: () => answered(api.GET("/api/system/flow")),
    refetchInterval: refreshMs,
  });

export const useProcesses = (state: "STUCK" | "WAITING") =>
  useQuery({
    queryKey: ["processes", state],
    queryFn: () =>
      page(api.GET("/api/workflow/processes", { params: { query: { state, pageSize } } })),
    refetchInterval: refreshMs,
  });

export const useDeadLetters = () =>
  useQuery({
    queryKey: ["dead-letters"],
    queryFn: () => page(api.GET("/api/dead-letters", { params: { query: { pageSize } } })),
    refetchInterval: refreshMs,
  });

export const useServices = () =>
  useQuery({
    queryKey: ["services"],
    queryFn: () => answered(api.GET("/api/system/services")),
    refetchInterval: refreshMs,
  });

/** Does something to what a query lists, and looks at it anew. */
export function useAction<Input = void>(key: string, action: (input: Input) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: action,
    onSettled: () => queries.invalidateQueries({ queryKey: [key] }),
  });
}
