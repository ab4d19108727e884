#include "commands.h"

#include <string.h>

extern const struct command command_build, command_builds, command_cancel, command_key_generate,
    command_key_show, command_log, command_policy_check, command_policy_show, command_policy_test,
    command_promote, command_rollback, command_revoke, command_pull, command_releases,
    command_report, command_retry, command_scan, command_show, command_status, command_targets,
    command_token_create, command_token_list, command_token_revoke, command_verify, command_version,
    command_wait, command_waive, command_waivers;

static const struct command *const commands[] = {
    &command_status,      &command_targets,      &command_build,        &command_builds,
    &command_show,        &command_log,          &command_wait,         &command_cancel,
    &command_retry,       &command_report,       &command_releases,     &command_pull,
    &command_verify,      &command_scan,         &command_policy_check, &command_policy_show,
    &command_policy_test, &command_key_generate, &command_key_show,     &command_token_create,
    &command_token_list,  &command_token_revoke, &command_promote,      &command_rollback,
    &command_revoke,      &command_waive,        &command_waivers,      &command_version,
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct option_spec global_options[] = {
    {"server", 0, "URL", "assayd (ASSAY_SERVER; or http://127.0.0.1:8420)"},
    {"token", 0, "TOKEN", "token for it (better: ASSAY_TOKEN, --token-file)"},
    {"token-file", 0, "FILE", "file of the token (default ~/.config/assay/token)"},
    {"json", 0, NULL, "print JSON for machines"},
    {"no-color", 0, NULL, "no colours (also NO_COLOR)"},
    {"help", 'h', NULL, "show help, of a command with an example"},
    {"version", 0, NULL, "show the version"},
    {0},
};

static const char exit_codes[] = "Exit codes:\n"
                                 "  0  passed or done             5  server or network\n"
                                 "  1  audited and rejected       6  not allowed\n"
                                 "  2  wrong use                  7  verification failed\n"
                                 "  3  not fully audited          8  timed out waiting\n"
                                 "  4  build failed\n";

/* Whether `words` begin with `name`; how many words that took, or 0. */
static size_t words_of(const char *name, const char *const *words, size_t n)
{
    const char *space = strchr(name, ' ');

    if (!space)
        return n >= 1 && !strcmp(words[0], name);
    if (n < 2 || strncmp(words[0], name, (size_t)(space - name)) != 0 ||
        words[0][space - name] != '\0' || strcmp(words[1], space + 1) != 0)
        return 0;
    return 2;
}

const struct command *commands_find(const char *const *words, size_t n, size_t *ret_words)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        size_t taken = words_of(commands[i]->name, words, n);

        if (taken) {
            *ret_words = taken;
            return commands[i];
        }
    }
    return NULL;
}

/* The first words of commands of two words: "key" gives "generate, show". */
static size_t family(const char *word, char *ret, size_t size)
{
    size_t n = 0, len = strlen(word);

    ret[0] = '\0';
    for (size_t i = 0; i < N_COMMANDS; i++) {
        const char *name = commands[i]->name;

        if (strncmp(name, word, len) != 0 || name[len] != ' ')
            continue;
        if (n++)
            strncat(ret, ", ", size - strlen(ret) - 1);
        strncat(ret, name, size - strlen(ret) - 1);
    }
    return n;
}

int commands_unknown(struct cli *cli, const char *const *words, size_t n)
{
    char typed[128], members[256];
    const char *near = NULL;
    unsigned nearest = 3;

    snprintf(typed, sizeof(typed), "%s", words[0]);
    if (family(words[0], members, sizeof(members)) && n < 2)
        return cli_fail(cli, CLI_USAGE, "'%s' needs one more word: %s", words[0], members);
    if (members[0])
        snprintf(typed, sizeof(typed), "%s %s", words[0], words[1]);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        const char *name = commands[i]->name;
        unsigned distance = options_distance(typed, name);

        if (distance < nearest && distance < strlen(name)) {
            nearest = distance;
            near = name;
        }
    }
    if (near)
        return cli_fail(cli, CLI_USAGE, "there is no command '%s'; did you mean '%s'?", typed,
                        near);
    if (members[0])
        return cli_fail(cli, CLI_USAGE, "there is no command '%s'; there are: %s", typed, members);
    return cli_fail(cli, CLI_USAGE, "there is no command '%s'; 'assay --help' lists them", typed);
}

static void print_options(const struct option_spec *table, FILE *out)
{
    for (; table && table->name; table++) {
        char left[64];

        snprintf(left, sizeof(left), "%c%c%s --%s%s%s", table->letter ? '-' : ' ',
                 table->letter ? table->letter : ' ', table->letter ? "," : " ", table->name,
                 table->value ? " " : "", table->value ? table->value : "");
        fprintf(out, "  %-26s %s\n", left, table->help);
    }
}

static void print_columns(const char *const *columns, FILE *out)
{
    fputs("\nColumns (without headings and parted by tabs where stdout is no terminal):\n ", out);
    for (; *columns; columns++)
        fprintf(out, " %s%s", *columns, columns[1] ? "," : "\n");
}

void commands_help(FILE *out)
{
    fputs("Usage: assay COMMAND [ARGUMENT...] [OPTION...]\n\n"
          "Builds system images, audits them for personal data, secrets and whatever else\n"
          "should not ship, and fetches the ones that passed.\n\nCommands:\n",
          out);
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(out, "  %-16s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\nOptions of every command:\n", out);
    print_options(global_options, out);
    fprintf(out, "\n%s\n'assay COMMAND --help' shows more about one, with an example.\n",
            exit_codes);
}

void commands_help_one(const struct command *command, FILE *out)
{
    fprintf(out, "Usage: assay %s%s%s%s\n\n%s\n", command->name, command->arguments[0] ? " " : "",
            command->arguments, command->options ? " [OPTION...]" : "", command->help);
    if (command->options) {
        fputs("\nOptions:\n", out);
        print_options(command->options, out);
    }
    if (command->columns)
        print_columns(command->columns, out);
    fputs("\nOptions of every command:\n", out);
    print_options(global_options, out);
    fprintf(out, "\nExample:\n");
    for (const char *line = command->example; *line;) {
        size_t len = strcspn(line, "\n");

        fprintf(out, "  %.*s\n", (int)len, line);
        line += len + (line[len] == '\n');
    }
}
