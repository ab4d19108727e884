/* Damage to every format: each fixture of the table is mutated and walked, over and over, in
 * processes of their own. What may not happen: a crash or a leak in code of this project, a walk
 * that does not end, a broken promise to the visitor, a cut that nobody notices.
 *
 *   mutate                 all fixtures, the time shared between them
 *   mutate FILE...         walks these files as they are: kept crashes
 *
 * ASSAY_MUTATE_SECONDS (60), ASSAY_MUTATE_SEED (1), ASSAY_MUTATE_ONLY (a part of
 * FORMAT-VARIANT). What went wrong is kept as a file, whose path is printed. A crash inside of
 * another's library is counted and named: the audit's worker is a process of its own for that. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/clock.h>
#include <assay/fs.h>

#include "formats/culprit.h"
#include "formats/fixture.h"
#include "formats/mutant.h"
#include "formats/watched_walk.h"

#ifdef ASSAY_SANITIZE
#include <sanitizer/lsan_interface.h>

/* Memory that cannot be had is NULL here as it is in the worker, and no walk needs much. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "exitcode=99:allocator_may_return_null=1:max_allocation_size_mb=512:"
           "hard_rss_limit_mb=3000:handle_abort=1:quarantine_size_mb=32";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
    return "print_stacktrace=1";
}

#define CHECK_LEAKS() __lsan_do_recoverable_leak_check()
#else
#define CHECK_LEAKS() 0
#endif

#define BATCH_WALKS 200
#define BATCH_MS 1500 /* of one batch at most, and at least: */
#define BATCH_MS_LEAST 100
#define KEPT_MAX 20 /* files of one run */

/* What a batch's process tells, in memory that it shares with its parent. */
struct told {
    uint64_t walks, unread;
    uint64_t seed; /* of the walk at hand */
};

struct run {
    char folder[64];
    struct told *told;
    uint64_t batch_ms;
    uint64_t walks, unread, in_libraries, wrong;
};

static void walk_one(struct mutant *mutant, struct told *told, uint64_t seed, bool has_end)
{
    uint64_t random = seed ^ 0x5eed;
    struct watched seen;
    bool cut;

    told->seed = seed;
    mutant_restore(mutant);
    cut = mutant_make(mutant, seed);
    seen =
        watched_walk(mutant->fd, mutant_random(&random) % 16 ? 0 : 1 + mutant_random(&random) % 8);
    told->walks++;
    told->unread += seen.unread;
    if (cut && has_end && !seen.unread) {
        fprintf(stderr, "SILENT: cut to %zu of %zu bytes, and nothing was reported\n",
                mutant->length, mutant->size);
        _exit(WALK_COMPLAINED);
    }
}

/* Walks up to `n` mutants, whose seeds are `step` apart, in another process, which says on stderr
 * (a file at `log`) what went wrong. Returns its status. */
static int walk_batch(struct run *run, struct mutant *mutant, uint64_t seed, unsigned n,
                      unsigned step, const char *log, bool has_end)
{
    uint64_t start = assay_clock_ms();
    int status;
    pid_t pid;

    *run->told = (struct told){.seed = seed};
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        dup2(fd, STDERR_FILENO);
        for (unsigned i = 0; i < n && (i == 0 || assay_clock_ms() - start < run->batch_ms); i++)
            walk_one(mutant, run->told, seed + i * step, has_end);
        if (CHECK_LEAKS())
            _exit(WALK_SANITIZER);
        _exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("fork");
        exit(2);
    }
    return status;
}

static void keep(struct run *run, const struct mutant *mutant, const char *name, uint64_t seed,
                 const char *log)
{
    char program[256] = "", path[512];
    int fd;

    if (run->wrong + run->in_libraries > KEPT_MAX ||
        readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
        return;
    snprintf(path, sizeof(path), "%s-kept", program);
    mkdir(path, 0755);
    snprintf(path, sizeof(path), "%s-kept/%s-%llx", program, name, (unsigned long long)seed);
    for (char *c = path; *c; c++)
        *c = *c == ' ' ? '-' : *c;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    lseek(mutant->fd, 0, SEEK_SET);
    for (uint8_t block[65536]; fd >= 0;) {
        ssize_t n = read(mutant->fd, block, sizeof(block));

        if (n <= 0 || assay_fs_write_all(fd, block, (size_t)n) < 0)
            break;
    }
    close(fd);
    printf("  kept: %s\n", path);
    snprintf(path + strlen(path), sizeof(path) - strlen(path), ".log");
    if (rename(log, path) < 0)
        printf("  its log is not kept: %s\n", strerror(errno));
}

/* Judges how a process ended that did not end well. */
static void judge(struct run *run, const struct mutant *mutant, const char *name, int status,
                  const char *log)
{
    char culprit[256], what[64];

    if (culprit_find(log, culprit, sizeof(culprit))) {
        run->in_libraries++;
        printf("%s: in a library: %s\n", name, culprit);
    } else {
        run->wrong++;
        snprintf(what, sizeof(what), WIFSIGNALED(status) ? "signal %d" : "exit status %d",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        printf("%s: WRONG: %s: %s\n", name, what, culprit);
    }
    keep(run, mutant, name, run->told->seed, log);
}

/* Sees which of a batch's mutants leaks. Each is walked a few times, since what the last walk lost
 * may still be in a register. The batch's own log stays where it was none of them alone. */
static void find_leak(struct run *run, struct mutant *mutant, uint64_t seed, uint64_t n,
                      const char *log, bool has_end)
{
    char again[160];

    snprintf(again, sizeof(again), "%s.again", log);
    for (uint64_t i = 0; i < n; i++) {
        mutant_rewrite(mutant);
        if (walk_batch(run, mutant, seed + i, 3, 0, again, has_end)) {
            rename(again, log);
            return;
        }
    }
}

struct place {
    struct mutant mutant;
    char name[96];
    bool has_end;
    uint64_t ms, seed, walks, unread;
};

static void mutate(struct run *run, struct place *place)
{
    uint64_t start = assay_clock_ms();
    char log[128];
    int status;

    snprintf(log, sizeof(log), "%s/walk.log", run->folder);
    status = walk_batch(run, &place->mutant, place->seed, BATCH_WALKS, 1, log, place->has_end);
    place->walks += run->told->walks;
    place->unread += run->told->unread;
    if (status) {
        uint64_t done = run->told->walks;

        if (culprit_is_leak(log))
            find_leak(run, &place->mutant, place->seed, done, log, place->has_end);
        judge(run, &place->mutant, place->name, status, log);
        place->seed += done + 1;
    } else {
        place->seed += run->told->walks;
    }
    mutant_rewrite(&place->mutant);
    place->ms += assay_clock_ms() - start;
}

/* Whether a part of the fixture's file can be told from the whole. */
static bool knows_its_end(const char *name)
{
    static const char *const endless[] = {
        "ar-",          /* members one after the other, and no word of how many */
        "compress-",    /* codes until there are no more */
        "cpio-initrd-", /* one cpio after the other, with zeros between them */
        "mbr-",         /* what follows the last partition; a cut partition is noticed */
        "SQLite WAL-",  /* a log, which a crash may have cut anywhere */
        "swap-",        /* holds nothing that could be missing: raw bytes */
        "xar-",         /* bsdtar leaves 20 bytes behind the last content */
    };

    for (size_t i = 0; i < sizeof(endless) / sizeof(*endless); i++)
        if (strncmp(name, endless[i], strlen(endless[i])) == 0)
            return false;
    return true;
}

static size_t make_places(struct run *run, struct place *places, uint64_t seed)
{
    const char *only = getenv("ASSAY_MUTATE_ONLY");
    size_t n = 0;

    for (size_t i = 0; i < n_fixtures; i++) {
        struct place *place = &places[n];
        char path[256];

        snprintf(place->name, sizeof(place->name), "%s-%s", fixtures[i].format,
                 fixtures[i].variant);
        if (only && !strstr(place->name, only))
            continue;
        if (!fixture_make(&fixtures[i], run->folder)) {
            printf("%s: WRONG: cannot be made\n", place->name);
            run->wrong++;
            continue;
        }
        snprintf(path, sizeof(path), "%s/%s", run->folder, place->name);
        mutant_open(&place->mutant, path);
        unlink(path);
        place->has_end = knows_its_end(place->name);
        place->seed = seed + ((uint64_t)i << 32);
        n++;
    }
    return n;
}

static void mutate_all(struct run *run, uint64_t seconds, uint64_t seed)
{
    struct place *places = calloc(n_fixtures, sizeof(*places));
    size_t n = make_places(run, places, seed);
    uint64_t end = assay_clock_ms() + seconds * 1000;

    printf("%zu fixtures, %llu s, ASSAY_MUTATE_SEED=%llu\n", n, (unsigned long long)seconds,
           (unsigned long long)seed);
    /* Each has its turn in the first half of the time. */
    run->batch_ms = n ? seconds * 500 / n : 0;
    run->batch_ms = run->batch_ms < BATCH_MS_LEAST ? BATCH_MS_LEAST
                    : run->batch_ms > BATCH_MS     ? BATCH_MS
                                                   : run->batch_ms;
    while (n && run->wrong < KEPT_MAX) {
        struct place *next = places;

        for (size_t i = 1; i < n; i++)
            if (places[i].ms < next->ms)
                next = &places[i];
        if (next->walks && assay_clock_ms() >= end) /* all have had a turn, and the time is up */
            break;
        mutate(run, next);
    }
    for (size_t i = 0; i < n; i++) {
        printf("%-24s %6llu walks, %6llu with something unread\n", places[i].name,
               (unsigned long long)places[i].walks, (unsigned long long)places[i].unread);
        run->walks += places[i].walks;
        mutant_close(&places[i].mutant);
    }
    free(places);
}

static int replay(char **paths)
{
    for (; *paths; paths++) {
        int fd = open(*paths, O_RDONLY);

        if (fd < 0) {
            perror(*paths);
            return 2;
        }
        printf("%s\n", *paths);
        fflush(stdout);
        watched_walk(fd, 0);
        close(fd);
    }
    return 0;
}

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
    struct run run = {.folder = "/tmp/assay-mutate-XXXXXX"};

    setlocale(LC_CTYPE, "C.UTF-8");
    if (argc > 1)
        return replay(argv + 1);
    run.told =
        mmap(NULL, sizeof(*run.told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run.told == MAP_FAILED || !mkdtemp(run.folder)) {
        perror("mutate");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    mutate_all(&run, number("ASSAY_MUTATE_SECONDS", 60), number("ASSAY_MUTATE_SEED", 1));
    printf("%llu walks, %llu ended inside of a library, %llu wrong\n",
           (unsigned long long)run.walks, (unsigned long long)run.in_libraries,
           (unsigned long long)run.wrong);
    assay_fs_remove_tree(run.folder, NULL);
    return run.wrong != 0;
}
