#include <string.h>

#include <assay/policy.h>

#include "cli.h"
#include "output.h"

/* Prints a heading and, under it, a table of what `fill` adds; nothing without rows. */
static int section(struct cli *cli, const char *title, const char *const *headings,
                   void (*fill)(struct table *table, const json_t *policy), const json_t *policy)
{
    _cleanup_table_ struct table table = table_make(headings);

    fill(&table, policy);
    if (table.n_cells == 0 && !table.failed)
        return CLI_OK;
    printf("\n%s\n", title);
    return table_print(cli, &table, NULL);
}

/* {key: value} of the policy's `name`, and of "sources" which layer set each. */
static void add_numbers(struct table *table, const json_t *policy, const char *name)
{
    const json_t *sources = json_object_get(json_object_get(policy, "sources"), name);
    const char *key;
    json_t *value;

    json_object_foreach(json_object_get(policy, name), key, value)
    {
        table_cell(table, key);
        if (json_is_integer(value))
            table_cell_number(table, json_integer_value(value));
        else
            table_cell(table, json_string_value(value));
        table_cell(table, assay_json_string(sources, key, NULL));
    }
}

static void add_block(struct table *table, const json_t *policy)
{
    add_numbers(table, policy, "block");
}

static void add_limits(struct table *table, const json_t *policy)
{
    add_numbers(table, policy, "budget");
    add_numbers(table, policy, "limits");
}

static void add_settings(struct table *table, const json_t *policy)
{
    const char *id;
    json_t *set;

    json_object_foreach(json_object_get(policy, "settings"), id, set)
    {
        table_cell(table, id);
        table_cell(table, assay_json_string(set, "severity", NULL));
        table_cell(table, assay_json_string(set, "severity_by", NULL));
        table_cell(table, !json_object_get(set, "enabled")        ? NULL
                          : assay_json_bool(set, "enabled", true) ? "on"
                                                                  : "off");
        table_cell(table, assay_json_string(set, "enabled_by", NULL));
    }
}

/* One row for `n` ids that begin with `family`, locked alike; of a single one its `id`. */
static void add_lock(struct table *table, const char *id, size_t family, size_t n,
                     const json_t *lock)
{
    char text[160];

    if (n == 1)
        snprintf(text, sizeof(text), "%s", id);
    else
        snprintf(text, sizeof(text), "%.*s.* (%zu)", (int)family, id, n);
    table_cell(table, text);
    table_cell(table, assay_json_string(lock, "block", NULL));
    table_cell(table, assay_json_string(lock, "layer", NULL));
}

/* A family that is locked as a whole is one row. */
static void add_locks(struct table *table, const json_t *policy)
{
    const char *id, *first = NULL;
    size_t family = 0, n = 0;
    json_t *lock, *as = NULL;

    json_object_foreach(json_object_get(policy, "locked"), id, lock)
    {
        if (first && strcspn(id, ".") == family && strncmp(id, first, family) == 0 &&
            strcmp(assay_json_string(lock, "block", ""), assay_json_string(as, "block", "")) == 0 &&
            strcmp(assay_json_string(lock, "layer", ""), assay_json_string(as, "layer", "")) == 0) {
            n++;
            continue;
        }
        if (first)
            add_lock(table, first, family, n, as);
        first = id;
        family = strcspn(id, ".");
        n = 1;
        as = lock;
    }
    if (first)
        add_lock(table, first, family, n, as);
}

/* Adds a row for each item of the array `name`: the texts at `keys`, ended by NULL. */
static void add_items(struct table *table, const json_t *policy, const char *name,
                      const char *const *keys)
{
    size_t i;
    json_t *item;

    json_array_foreach(json_object_get(policy, name), i, item)
    {
        for (const char *const *key = keys; *key; key++)
            table_cell(table, assay_json_string(item, *key, NULL));
    }
}

static void add_identities(struct table *table, const json_t *policy)
{
    add_items(table, policy, "identities",
              (const char *const[]){"kind", "value", "severity", "layer", NULL});
    add_items(table, policy, "harvest",
              (const char *const[]){"", "from", "severity", "layer", NULL});
}

static void add_waivers(struct table *table, const json_t *policy)
{
    size_t i;
    json_t *waiver;

    json_array_foreach(json_object_get(policy, "waivers"), i, waiver)
    {
        const char *print = assay_json_string(waiver, "fingerprint", NULL);

        table_cell(table, print ? print : assay_json_string(waiver, "rule", NULL));
        table_cell(table, assay_json_string(waiver, "path", NULL));
        table_cell(table, assay_json_string(waiver, "expires", NULL));
        table_cell(table, assay_json_string(waiver, "by", NULL));
        table_cell(table, assay_json_string(waiver, "reason", NULL));
        table_cell(table, assay_json_string(waiver, "layer", NULL));
    }
}

static void add_allowed(struct table *table, const json_t *policy)
{
    add_items(table, policy, "allow_unaudited",
              (const char *const[]){"path", "reason", "by", NULL});
}

static void add_exceptions(struct table *table, const json_t *policy)
{
    add_items(table, policy, "exceptions",
              (const char *const[]){"check", "path", "value", "reason", "layer", NULL});
}

static void add_keys(struct table *table, const json_t *policy)
{
    add_items(table, policy, "trusted_keys", (const char *const[]){"key", "layer", NULL});
}

#define HEADINGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static int print_sections(struct cli *cli, const json_t *policy)
{
    const struct {
        const char *title;
        const char *const *headings;
        void (*fill)(struct table *table, const json_t *policy);
    } sections[] = {
        {"Findings block from", HEADINGS("class", "severity", "layer"), add_block},
        {"Rules and checks that a layer sets", HEADINGS("rule", "severity", "layer", "is", "layer"),
         add_settings},
        {"Locked: no layer above may loosen or waive it", HEADINGS("rule", "blocks from", "layer"),
         add_locks},
        {"Identities", HEADINGS("kind", "value", "severity", "layer"), add_identities},
        {"Waivers", HEADINGS("finding", "path", "until", "by", "reason", "layer"), add_waivers},
        {"May stay unread", HEADINGS("path", "reason", "by"), add_allowed},
        {"Exceptions from checks", HEADINGS("check", "path", "value", "reason", "layer"),
         add_exceptions},
        {"Trusted keys", HEADINGS("key", "layer"), add_keys},
        {"Budgets and limits", HEADINGS("limit", "value", "layer"), add_limits},
    };
    int code = CLI_OK;

    for (size_t i = 0; code == CLI_OK && i < sizeof(sections) / sizeof(*sections); i++)
        code = section(cli, sections[i].title, sections[i].headings, sections[i].fill, policy);
    return code;
}

static int run(struct cli *cli, const struct options *options)
{
    _cleanup_json_ json_t *policy = NULL;
    size_t i;
    json_t *layer;

    if (assay_policy_load(options->n_args ? options->args[0] : NULL, &policy, &cli->err) < 0)
        return CLI_USAGE;
    if (cli->json)
        return cli_print_json(cli, policy);
    output_field("policy", assay_json_string(policy, "name", ""));
    output_field("digest", assay_json_string(policy, "digest", ""));
    json_array_foreach(json_object_get(policy, "layers"), i, layer)
    {
        output_field(i ? "on top" : "layers", assay_json_string(layer, "name", ""));
    }
    printf("  %-10s %zu (--json prints them)\n", "rules",
           json_array_size(json_object_get(policy, "rules")));
    return print_sections(cli, policy);
}

const struct command command_policy_show = {
    .name = "policy show",
    .arguments = "[FILE]",
    .summary = "show what a policy comes to, and which layer says so",
    .help = "Shows what a policy comes to once all layers below it are merged: what blocks,\n"
            "what is set, locked, waived and excepted, identities, keys and limits, each with\n"
            "the layer that it comes from. With --json also every rule. Without FILE: the\n"
            "built-in policy.",
    .example = "assay policy show policies/teams/tiger-team.json",
    .max_args = 1,
    .run = run,
};
