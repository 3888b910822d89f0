import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";

/** How a private key is kept at rest. */
export interface KeptKey {
  readonly privateKey: string;
  readonly encryption: "NONE" | "AES-256-GCM";
}

const ivBytes = 12;
const tagBytes = 16;

/**
 * The private key as it is stored: encrypted, bound to its id so that keys cannot be swapped, when there is a key to encrypt it
 * with, and readable otherwise.
 */
export function keep(key: KeyObject, keyId: string, encryptionKey: KeyObject | undefined): KeptKey {
  const der = key.export({ type: "pkcs8", format: "der" });
  if (encryptionKey === undefined) {
    return { privateKey: der.toString("base64"), encryption: "NONE" };
  }
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", encryptionKey, iv).setAAD(Buffer.from(keyId));
  const sealed = Buffer.concat([iv, cipher.update(der), cipher.final(), cipher.getAuthTag()]);
  return { privateKey: sealed.toString("base64"), encryption: "AES-256-GCM" };
}

/** The inverse of keep. Throws, naming the setting, when the key to decrypt it with is missing or another one. */
export function unseal(
  kept: KeptKey,
  keyId: string,
  encryptionKey: KeyObject | undefined,
): KeyObject {
  const bytes = Buffer.from(kept.privateKey, "base64");
  const der = kept.encryption === "NONE" ? bytes : decrypt(bytes, keyId, encryptionKey);
  return createPrivateKey({ key: der, type: "pkcs8", format: "der" });
}

function decrypt(sealed: Buffer, keyId: string, encryptionKey: KeyObject | undefined): Buffer {
  if (encryptionKey === undefined) {
    throw new Error(`Signing key ${keyId} is encrypted, and KEY_ENCRYPTION_KEY is not set`);
  }
  const iv = sealed.subarray(0, ivBytes);
  const decipher = createDecipheriv("aes-256-gcm", encryptionKey, iv)
    .setAAD(Buffer.from(keyId))
    .setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new Error(`Signing key ${keyId} was not encrypted with this KEY_ENCRYPTION_KEY`, {
      cause,
    });
  }
}
