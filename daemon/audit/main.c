/* assay-audit: reads one artifact in a process that can do nothing else. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "audit/modes.h"

#ifdef ASSAY_SANITIZE
/* LeakSanitizer stops the process by ptrace, which the sandbox ends it for. The same code is
 * checked for leaks by the unit tests, in process. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

static const char usage[] =
    "assay-audit " ASSAY_VERSION ": reads one artifact in a process that can do nothing else.\n"
    "\n"
    "It is started by assayd and by `assay scan`, which talk to it over a socket; run by hand it\n"
    "has these uses only:\n"
    "  assay-audit --probe         lock down as for an artifact, try what must be denied, and\n"
    "                              print what came of it; exit 0 when all was denied\n"
    "  assay-audit --probe-nbd F   the same for the helper that reads virtual disks, which may\n"
    "                              read the file F only\n"
    "  assay-audit --help, --version\n";

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";

    /* A limit reached and a reader gone are errors of the call, not of the process. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    if (strcmp(mode, "--worker") == 0 && argc == 2)
        return mode_worker();
    if (strcmp(mode, "--exec-nbd") == 0 && argc == 6)
        return mode_exec_nbd(argv + 2);
    if (strcmp(mode, "--probe") == 0 && argc == 2)
        return mode_probe();
    if (strcmp(mode, "--probe-nbd") == 0 && argc == 3)
        return mode_probe_nbd(argv[2]);
    if (strcmp(mode, "--version") == 0) {
        puts("assay-audit " ASSAY_VERSION);
        return 0;
    }
    fputs(usage, strcmp(mode, "--help") == 0 ? stdout : stderr);
    return strcmp(mode, "--help") == 0 ? 0 : 2;
}
