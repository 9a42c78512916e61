import { MOST_USERS, type NewUser, type UserRecord, type Users } from "../../src/store/users.ts";

/** Users as the port has them, for tests that need no database. Nothing is written into a trail. */
export class UsersInMemory implements Users {
  readonly #users = new Map<string, UserRecord>();
  #lastId = 0;

  async find(name: string): Promise<UserRecord | undefined> {
    return this.#users.get(name);
  }

  async list(): Promise<readonly UserRecord[]> {
    return [...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async create({ name, role, password, timeMs }: NewUser): Promise<"created" | "taken" | "full"> {
    if (this.#users.has(name)) return "taken";
    if (this.#users.size >= MOST_USERS) return "full";
    const times = { createdMs: timeMs, passwordMs: timeMs, lastLoginMs: undefined };
    this.#lastId++;
    this.#users.set(name, { id: this.#lastId, name, role, password, passwordNumber: 1, ...times });
    return "created";
  }

  async setPassword({
    name,
    password,
    timeMs,
  }: Parameters<Users["setPassword"]>[0]): Promise<"changed" | "gone"> {
    const user = this.#users.get(name);
    if (user === undefined) return "gone";
    const passwordNumber = user.passwordNumber + 1;
    this.#users.set(name, { ...user, password, passwordNumber, passwordMs: timeMs });
    return "changed";
  }

  async setRole({
    name,
    role,
  }: Parameters<Users["setRole"]>[0]): Promise<"changed" | "gone" | "last_admin"> {
    const user = this.#users.get(name);
    if (user === undefined) return "gone";
    if (role !== "admin" && this.#isLastAdmin(user)) return "last_admin";
    this.#users.set(name, { ...user, role });
    return "changed";
  }

  async delete({ name }: { readonly name: string }): Promise<"deleted" | "gone" | "last_admin"> {
    const user = this.#users.get(name);
    if (user === undefined) return "gone";
    if (this.#isLastAdmin(user)) return "last_admin";
    this.#users.delete(name);
    return "deleted";
  }

  async noteLogin(name: string, nowMs: number): Promise<void> {
    const user = this.#users.get(name);
    if (user !== undefined) this.#users.set(name, { ...user, lastLoginMs: nowMs });
  }

  #isLastAdmin({ name, role }: UserRecord): boolean {
    const others = [...this.#users.values()].filter((user) => user.name !== name);
    return role === "admin" && others.every((user) => user.role !== "admin");
  }
}
