import type { UserRecord, Users } from "../users.ts";
import type { StoreAccess } from "./unit-context.ts";
import { createUser, deleteUser, setPassword, setRole, userOf } from "./user-units.ts";

/** Users of the portal in the database. */
export class SqliteUsers implements Users {
  readonly #access: StoreAccess;

  constructor(access: StoreAccess) {
    this.#access = access;
  }

  async find(name: string): Promise<UserRecord | undefined> {
    const row = this.#access.read(({ portal }) => portal.findUser.get(name));
    return row && userOf(row);
  }

  async list(): Promise<readonly UserRecord[]> {
    return this.#access.read(({ portal }) => portal.users.all()).map(userOf);
  }

  async create(user: Parameters<Users["create"]>[0]): ReturnType<Users["create"]> {
    return this.#access.write((context) => createUser(context, user));
  }

  async setPassword(act: Parameters<Users["setPassword"]>[0]): ReturnType<Users["setPassword"]> {
    return this.#access.write((context) => setPassword(context, act));
  }

  async setRole(act: Parameters<Users["setRole"]>[0]): ReturnType<Users["setRole"]> {
    return this.#access.write((context) => setRole(context, act));
  }

  async delete(act: Parameters<Users["delete"]>[0]): ReturnType<Users["delete"]> {
    return this.#access.write((context) => deleteUser(context, act));
  }

  async noteLogin(name: string, nowMs: number): Promise<void> {
    return this.#access.write(({ portal }) => void portal.setLogin.run({ name, nowMs }));
  }
}
