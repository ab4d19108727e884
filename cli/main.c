/* assay: the command line. Written as an outsider to the library: public headers only. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cli.h"
#include "commands.h"
#include "terminal.h"

#define DEFAULT_SERVER "http://127.0.0.1:8420"

static void set_up(struct cli *cli, const struct options *options)
{
    const char *server = options_get(options, "server");
    const char *no_color = getenv("NO_COLOR");

    if (!server)
        server = getenv("ASSAY_SERVER");
    cli->server = server && server[0] ? server : DEFAULT_SERVER;
    cli->json = options_get(options, "json") != NULL;
    cli->colour =
        terminal_colour(1) && !options_get(options, "no-color") && !(no_color && no_color[0]);
    cli->token_given = options_get(options, "token");
    cli->token_file = options_get(options, "token-file");
}

static int count_args(struct cli *cli, const struct command *command, size_t n)
{
    if (n < (size_t)command->min_args)
        return cli_fail(cli, CLI_USAGE, "something is missing: assay %s %s", command->name,
                        command->arguments);
    if (command->max_args >= 0 && n > (size_t)command->max_args)
        return cli_fail(cli, CLI_USAGE, "that is too much: assay %s %s", command->name,
                        command->arguments);
    return CLI_OK;
}

/* The words of the command line before its options are known: what does not begin with '-' and
 * is no value of a global option. */
static size_t leading_words(int argc, char **argv, const char **words)
{
    size_t n = 0;

    for (int i = 1; i < argc && n < 2; i++) {
        bool value = false;

        if (argv[i][0] != '-') {
            words[n++] = argv[i];
            continue;
        }
        for (const struct option_spec *row = global_options; row->name; row++)
            value |= row->value && !strncmp(argv[i], "--", 2) && !strcmp(argv[i] + 2, row->name);
        i += value;
        if (n)
            break; /* an option after the first word: the command's name is over */
    }
    return n;
}

static int run(struct cli *cli, int argc, char **argv, const char **args)
{
    struct options options = {.args = args};
    const char *words[2];
    size_t n = leading_words(argc, argv, words), taken = 0;
    const struct command *command = commands_find(words, n, &taken);
    int r;

    options_declare(&options, global_options);
    if (command)
        options_declare(&options, command->options);
    if (n && !command && strcmp(words[0], "help") != 0)
        return commands_unknown(cli, words, n);
    if (options_parse(&options, argc - 1, argv + 1, &cli->err) < 0)
        return CLI_USAGE;
    if (options_get(&options, "version")) {
        puts("assay " ASSAY_VERSION);
        return CLI_OK;
    }
    if (!command) {
        bool asked = n || options_get(&options, "help");

        commands_help(asked ? stdout : stderr);
        return asked ? CLI_OK : CLI_USAGE;
    }
    if (options_get(&options, "help")) {
        commands_help_one(command, stdout);
        return CLI_OK;
    }
    options.args += taken;
    options.n_args -= taken;
    r = count_args(cli, command, options.n_args);
    if (r != CLI_OK)
        return r;
    set_up(cli, &options);
    return command->run(cli, &options);
}

int main(int argc, char **argv)
{
    struct cli cli = {0};
    const char **args = calloc((size_t)argc + 1, sizeof(*args));
    int r;

    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    r = args ? run(&cli, argc, argv, args) : cli_fail_memory(&cli);
    if (fflush(stdout) != 0 && r == CLI_OK)
        r = cli_fail(&cli, CLI_SERVER, "cannot write the output: %s", strerror(errno));
    cli_say(&cli);
    api_close(cli.api);
    free(cli.token);
    free(args);
    return r;
}
