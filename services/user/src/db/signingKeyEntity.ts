import { defineEntity, type InferEntity, p } from "@mikro-orm/core";

/** The public half of a signing key, as RFC 8037 writes it. */
export interface PublicJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
}

/** A row of `signing_keys`. Ended ones stay, without the private key, so that their requests can be repeated. */
export const SigningKeyEntity = defineEntity({
  name: "SigningKey",
  tableName: "signing_keys",
  properties: {
    keyId: p.text().primary(),
    /** The request to rotate; null for the first key. */
    requestId: p.text().nullable().unique(),
    publicJwk: p.json<PublicJwk>(),
    /** PKCS #8 in base64, encrypted or not. */
    privateKey: p.text().nullable(),
    encryption: p.text().$type<"NONE" | "AES-256-GCM">(),
    createdAt: p.datetime(),
    endedAt: p.datetime().nullable(),
  },
});

export type SigningKeyRow = InferEntity<typeof SigningKeyEntity>;
