import { type Command, Option } from "commander";
import { CLIENT_FORMATS } from "../snippet/words.ts";
import {
  action,
  type CommonOptions,
  defineCommand,
  defineGroup,
  type RunContext,
} from "./define-command.ts";
import type { DelegateOptions, DeleteOptions, ListOptions } from "./delegates-command.ts";
import type { KeyOptions, RotateOptions } from "./keys-command.ts";
import { labelChange, positiveInteger, timeSpan, timeSpanOrNone } from "./option-values.ts";
import { DELEGATE_STATES } from "./words.ts";

/** The commands about delegates and their keys. Each names one by its subdomain or its full name. */
export function addDelegateCommands(program: Command, context: RunContext): void {
  const delegates = defineGroup(program, {
    name: "delegates",
    description: "see and change delegates",
    examples: ["dnsvouch delegates list"],
  });
  addReadingCommands(delegates, context);
  addChangingCommands(delegates, context);
  const keys = defineGroup(program, {
    name: "keys",
    description: "the keys of a delegate",
    examples: [`dnsvouch keys list ${EXAMPLE}`],
  });
  addKeyCommands(keys, context);
}

const NAME = ["<delegate>", "its subdomain or its full name"] as const;
const STAGING = "for the staging environment of Let's Encrypt";
const EXAMPLE = "2d41601b-2ad0-4fcb-9cbd-fa6d4245544a";

function addReadingCommands(delegates: Command, context: RunContext): void {
  const { env, clock } = context;
  defineCommand(delegates, {
    name: "list",
    description: "the delegates there are",
    examples: ["dnsvouch delegates list --stale 60d", "dnsvouch delegates list --label env=prod"],
  })
    .addOption(
      new Option("--state <state>", "only those; without it all but the deleted ones").choices(
        DELEGATE_STATES,
      ),
    )
    .option("--stale <time>", "only those without an update for that time, such as 60d", timeSpan)
    .option("--label <key=value...>", "only those with these labels", labelChange)
    .option("--limit <count>", "how many at most", positiveInteger)
    .action(
      action(context, async (options: ListOptions) => {
        const { delegatesList } = await import("./delegates-command.ts");
        return delegatesList(options, env, clock());
      }),
    );
  withFormats(
    defineCommand(delegates, {
      name: "show",
      description: "all about one of them, or what its client reads, but for the key",
      examples: [
        `dnsvouch delegates show ${EXAMPLE}`,
        `dnsvouch delegates show ${EXAMPLE} --format traefik --domain www.example.com --staging`,
      ],
    }).argument(...NAME),
  ).action(
    action(context, async (name: string, options: DelegateOptions) => {
      const { delegatesShow } = await import("./delegates-command.ts");
      return delegatesShow(name, options, env, clock());
    }),
  );
}

function addChangingCommands(delegates: Command, context: RunContext): void {
  const { env, clock } = context;
  defineCommand(delegates, {
    name: "delete",
    description: "take one out of DNS and end its keys; its name is never given to another",
    examples: [`dnsvouch delegates delete ${EXAMPLE} --yes`],
  })
    .argument(...NAME)
    .option("--yes", "without asking")
    .action(
      action(context, async (name: string, options: DeleteOptions) => {
        const { delegatesDelete } = await import("./delegates-command.ts");
        return delegatesDelete(name, options, env, clock());
      }),
    );
  withFormats(
    defineCommand(delegates, {
      name: "restore",
      description: "bring a deleted one back, without values and with a new key, which is printed",
      examples: [`dnsvouch delegates restore ${EXAMPLE}`],
    }).argument(...NAME),
  ).action(
    action(context, async (name: string, options: KeyOptions) => {
      const { delegatesRestore } = await import("./keys-command.ts");
      return delegatesRestore(name, options, env);
    }),
  );
  for (const [word, description] of LOCKS) {
    defineCommand(delegates, {
      name: word,
      description,
      examples: [`dnsvouch delegates ${word} ${EXAMPLE}`],
    })
      .argument(...NAME)
      .action(
        action(context, async (name: string, options: CommonOptions) => {
          const { delegatesLock, delegatesUnlock } = await import("./delegates-command.ts");
          const change = word === "lock" ? delegatesLock : delegatesUnlock;
          return change(name, options, env);
        }),
      );
  }
  defineCommand(delegates, {
    name: "label",
    description: "give it labels, or take some away",
    examples: [`dnsvouch delegates label ${EXAMPLE} env=prod team-`],
  })
    .argument(...NAME)
    .argument("<labels...>", "KEY=VALUE, or KEY- to take one away")
    .action(
      action(context, async (name: string, labels: string[], options: CommonOptions) => {
        const { delegatesLabel } = await import("./delegates-command.ts");
        return delegatesLabel(name, labels, options, env);
      }),
    );
}

const LOCKS = [
  ["lock", "let none of its keys work and publish nothing, until it is unlocked"],
  ["unlock", "let the keys of a locked one work again"],
] as const;

function addKeyCommands(keys: Command, context: RunContext): void {
  const { env, clock } = context;
  defineCommand(keys, {
    name: "list",
    description: "the keys it has and had, without what they are",
    examples: [`dnsvouch keys list ${EXAMPLE}`],
  })
    .argument(...NAME)
    .action(
      action(context, async (name: string, options: CommonOptions) => {
        const { keysList } = await import("./keys-command.ts");
        return keysList(name, options, env, clock());
      }),
    );
  withFormats(
    defineCommand(keys, {
      name: "add",
      description: "make a second key and print it, once",
      examples: [`dnsvouch keys add ${EXAMPLE}`],
    }).argument(...NAME),
  ).action(
    action(context, async (name: string, options: KeyOptions) => {
      const { keysAdd } = await import("./keys-command.ts");
      return keysAdd(name, options, env);
    }),
  );
  withFormats(
    defineCommand(keys, {
      name: "rotate",
      description: "make a new key and print it, once; the one before works for some time yet",
      examples: [`dnsvouch keys rotate ${EXAMPLE} --overlap 72h --format env`],
    })
      .argument(...NAME)
      .option(
        "--overlap <time>",
        "how long the key before works, 0 to end it now",
        timeSpanOrNone,
        259_200,
      ),
  ).action(
    action(context, async (name: string, options: RotateOptions) => {
      const { keysRotate } = await import("./keys-command.ts");
      return keysRotate(name, options, env, clock());
    }),
  );
  defineCommand(keys, {
    name: "revoke",
    description: "end a key at once",
    examples: [`dnsvouch keys revoke ${EXAMPLE} 7`],
  })
    .argument(...NAME)
    .argument("<key>", "its number, see: dnsvouch keys list", positiveInteger)
    .action(
      action(context, async (name: string, id: number, options: CommonOptions) => {
        const { keysRevoke } = await import("./keys-command.ts");
        return keysRevoke(name, id, options, env);
      }),
    );
}

/** How a delegate is printed for its client. */
function withFormats(command: Command): Command {
  return command
    .addOption(
      new Option("--format <format>", "what is printed, as a client reads it").choices(
        CLIENT_FORMATS,
      ),
    )
    .option("--domain <domain>", "the domain of the certificate, for formats that name it")
    .option("--staging", STAGING);
}
