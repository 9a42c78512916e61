import type { CustomerLink, CustomerLinks } from "../customer-links.ts";
import { createCustomerLink, revokeCustomerLink } from "./customer-link-units.ts";
import type { StoreAccess } from "./unit-context.ts";

/** Links for customers in the database. */
export class SqliteCustomerLinks implements CustomerLinks {
  readonly #access: StoreAccess;

  constructor(access: StoreAccess) {
    this.#access = access;
  }

  async create(act: Parameters<CustomerLinks["create"]>[0]): ReturnType<CustomerLinks["create"]> {
    return this.#access.write((context) => createCustomerLink(context, act));
  }

  async revoke(act: Parameters<CustomerLinks["revoke"]>[0]): ReturnType<CustomerLinks["revoke"]> {
    return this.#access.write((context) => revokeCustomerLink(context, act));
  }

  async of(hostnameId: number): Promise<CustomerLink | undefined> {
    return this.#access.read(({ portal }) => portal.linkOf.get(hostnameId));
  }

  async find(tokenHash: Uint8Array): Promise<number | undefined> {
    return this.#access.read(({ portal }) => portal.findLink.get(tokenHash))?.hostnameId;
  }
}
