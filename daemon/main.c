/* assayd: reads the configuration, puts the parts together, waits for the signal to end. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include <assay/audit.h>
#include <assay/cleanup.h>
#include <assay/fs.h>

#include "app.h"
#include "build/runner.h"
#include "build/signer.h"
#include "http/http.h"
#include "log.h"

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_OTHER = 5 };

static const char usage[] =
    "Usage: assayd --config FILE                            serve\n"
    "       assayd --config FILE --check                    check the configuration and exit\n"
    "       assayd --config FILE --create-token NAME:ROLE   make a token, print it once and exit\n"
    "       assayd --version | --help\n"
    "\n"
    "Roles: read, trigger (start builds), approve (waive, promote, revoke), admin.\n"
    "Example: assayd --config /etc/assay/assayd.json --create-token ci:trigger\n";

struct options {
    const char *config, *token;
    bool check, version, help;
};

static int parse_options(int argc, char **argv, struct options *ret)
{
    static const struct option known[] = {
        {"config", required_argument, NULL, 'c'}, {"create-token", required_argument, NULL, 't'},
        {"check", no_argument, NULL, 'k'},        {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "c:h", known, NULL)) != -1) {
        switch (option) {
        case 'c':
            ret->config = optarg;
            break;
        case 't':
            ret->token = optarg;
            break;
        case 'k':
            ret->check = true;
            break;
        case 'V':
            ret->version = true;
            break;
        case 'h':
            ret->help = true;
            break;
        default:
            return -EINVAL;
        }
    }
    return optind < argc ? -EINVAL : 0;
}

/* One daemon for one folder; the lock goes with the process. */
static int lock_folder(const char *folder, const char *key, struct assay_error *err)
{
    char path[PATH_MAX];
    int fd, r = assay_fs_make_dirs(folder, 0711, err);

    if (r < 0)
        return assay_error_prefix(err, "%s", key);
    snprintf(path, sizeof(path), "%s/lock", folder);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return assay_error_set(err, errno,
                               "%s: cannot write to %s: %s; assayd must own this folder", key,
                               folder, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        return assay_error_set(err, EBUSY,
                               "%s: another assayd is using %s; stop it, or give this one a folder "
                               "of its own",
                               key, folder);
    }
    return 0; /* kept open until the process ends */
}

static int make_state_dir(const struct config *config, struct assay_error *err)
{
    char logs[PATH_MAX];
    int r = assay_fs_make_dirs(config->state_dir, 0700, err);

    if (r < 0)
        return assay_error_prefix(err, "state_dir");
    snprintf(logs, sizeof(logs), "%s/logs", config->state_dir);
    return assay_fs_make_dirs(logs, 0700, err);
}

static int create_token(const struct config *config, const char *wanted, struct assay_error *err)
{
    const char *colon = strrchr(wanted, ':');
    char name[64], token[STORE_TOKEN_SIZE];
    struct store *store;
    enum role role;
    int r;

    if (!colon || colon == wanted || (size_t)(colon - wanted) >= sizeof(name) ||
        role_parse(colon + 1, &role) < 0)
        return assay_error_set(err, EINVAL,
                               "--create-token takes NAME:ROLE, a name of at most 63 characters "
                               "and one of the roles read, trigger, approve, admin, as in "
                               "ci:trigger");
    snprintf(name, sizeof(name), "%.*s", (int)(colon - wanted), wanted);
    r = make_state_dir(config, err);
    if (r == 0)
        r = store_open(config->state_dir, &store, err);
    if (r < 0)
        return r;
    r = store_token_create(store, name, role, token, err);
    store_close(store);
    if (r == 0)
        printf("%s\n", token);
    return r;
}

/* The parts, in the order in which they are made; stop() takes them down the other way. */
struct daemon {
    struct app app;
    struct http *http;
};

static void stop(struct daemon *daemon)
{
    http_stop(daemon->http);
    runner_stop(daemon->app.runner);
    signer_stop(daemon->app.signer);
    blobs_close(daemon->app.blobs);
    store_close(daemon->app.store);
}

static int start_signer(struct app *app, struct assay_error *err)
{
    _cleanup_free_ char *program = assay_audit_sibling("assay-sign");
    const char *key = app->config->signing_key;

    if (!program)
        return assay_error_set(err, ENOMEM, "out of memory");
    if (access(key, F_OK) < 0 && errno == ENOENT)
        return assay_error_set(err, ENOENT,
                               "signing_key: there is no file %s; make one with `assay key "
                               "generate %s`",
                               key, key);
    if (signer_start(program, key, &app->signer, err) < 0)
        return assay_error_prefix(err, "signing_key");
    return 0;
}

/* What cannot be removed now takes room, and is no reason not to serve. */
static void sweep_blobs(const struct app *app)
{
    struct assay_error err;
    int n;

    if (blobs_sweep(app->blobs, app->store, &n, &err) < 0)
        log_warning("cannot tidy up after a crash: %s", err.text);
    if (n > 0)
        log_warning("removed %d artifacts and temporary files that were never published", n);
}

static int open_state(struct app *app, struct assay_error *err)
{
    uint8_t key[ASSAY_FINGERPRINT_KEY_SIZE];
    char dir[PATH_MAX];
    int n, r = store_open(app->config->state_dir, &app->store, err);

    if (r < 0)
        return r;
    snprintf(dir, sizeof(dir), "%s/blobs", app->config->state_dir);
    r = blobs_open(dir, &app->blobs, err);
    if (r < 0)
        return r;
    /* Made now, so that a key that cannot be read or made stops the daemon and not a night. */
    snprintf(dir, sizeof(dir), "%s/fingerprint.key", app->config->state_dir);
    r = assay_audit_fingerprint_key(dir, key, err);
    explicit_bzero(key, sizeof(key));
    if (r < 0)
        return r;
    n = store_recover(app->store, err);
    if (n > 0)
        log_warning("taking up %d builds that were left unfinished", n);
    if (n >= 0)
        sweep_blobs(app);
    return n;
}

static int start(struct daemon *daemon, struct assay_error *err)
{
    struct app *app = &daemon->app;
    char path[PATH_MAX], line[160];
    int r = make_state_dir(app->config, err);

    if (r == 0)
        r = lock_folder(app->config->state_dir, "state_dir", err);
    if (r == 0)
        r = lock_folder(app->config->work_dir, "work_dir", err);
    if (r == 0)
        r = start_signer(app, err);
    if (r == 0)
        r = open_state(app, err);
    if (r >= 0)
        r = runner_start(app, &app->runner, err);
    if (r >= 0)
        r = http_start(app, &daemon->http, err);
    if (r < 0)
        return r;
    snprintf(path, sizeof(path), "%s/address", app->config->state_dir);
    snprintf(line, sizeof(line), "%s\n", app->address);
    return assay_fs_write_file(path, line, strlen(line), 0644, err);
}

/* Serves until SIGTERM or SIGINT, which `signals` has blocked. */
static int serve(const struct config *config, const sigset_t *signals, struct assay_error *err)
{
    struct daemon daemon = {.app.config = config};
    _cleanup_close_ int fd = signalfd(-1, signals, SFD_CLOEXEC);
    struct signalfd_siginfo info;
    int r = fd < 0 ? assay_error_set(err, errno, "signalfd: %s", strerror(errno)) : 0;

    if (r == 0)
        r = start(&daemon, err);
    if (r == 0) {
        runner_wake(daemon.app.runner);
        printf("assayd is listening on %s\n", daemon.app.address);
        fflush(stdout);
        sd_notifyf(0, "READY=1\nSTATUS=listening on %s", daemon.app.address);
        while (read(fd, &info, sizeof(info)) < 0 && errno == EINTR)
            ;
        sd_notify(0, "STOPPING=1");
        log_info("stopping");
    }
    stop(&daemon);
    return r;
}

static int run(const struct options *options, const sigset_t *signals)
{
    struct assay_error err = {0};
    struct config config = {0};
    int r = config_load(options->config, &config, &err), code = EXIT_USAGE;

    if (r == 0 && options->check) {
        printf("%s: %zu targets, all is well\n", options->config, config.n_targets);
    } else if (r == 0) {
        r = options->token ? create_token(&config, options->token, &err)
                           : serve(&config, signals, &err);
        code = r == -EINVAL && options->token ? EXIT_USAGE : EXIT_OTHER;
    }
    if (r < 0)
        fprintf(stderr, "assayd: %s\n", err.text);
    config_free(&config);
    return r < 0 ? code : EXIT_DONE;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    sigset_t signals;

    if (parse_options(argc, argv, &options) < 0 ||
        (!options.config && !options.help && !options.version)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (options.help || options.version) {
        fputs(options.help ? usage : "assayd " ASSAY_VERSION "\n", stdout);
        return EXIT_DONE;
    }
    /* Before any thread is made: each inherits this. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    umask(0022); /* builds inherit it; our own files are given their modes one by one */
    return run(&options, &signals);
}
