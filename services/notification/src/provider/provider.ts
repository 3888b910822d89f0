/** What a provider is to deliver. */
export interface Message {
  readonly orderId: string;
  readonly version: number;
  readonly subject: string;
  readonly text: string;
  readonly recipient: Recipient;
}

export interface Recipient {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

/** What became of an attempt. Errors name no addresses. */
export type Outcome =
  /** The provider has taken it. */
  | { readonly kind: "sent" }
  /** It refuses this message for good. */
  | { readonly kind: "refused"; readonly error: string }
  /** It does not take this message now; others it may. */
  | { readonly kind: "later"; readonly error: string }
  /** It takes no message now, or it is not known whether it has taken this one. */
  | { readonly kind: "away"; readonly error: string };

/** Where a channel leads to. What goes wrong is an outcome; it throws nothing. */
export interface Provider extends AsyncDisposable {
  /** How many messages it takes at a time. */
  readonly concurrency: number;
  /** Sends a message. Sending it again must be recognisable to the recipient. Gives up when the signal aborts. */
  send(message: Message, signal: AbortSignal): Promise<Outcome>;
}
