#include "formats/culprit.h"

#include <stdio.h>
#include <string.h>

/* Of no account: they do what their caller asked for. */
static bool is_runtime(const char *line)
{
    static const char *const parts[] = {"/libasan.so",     "/libubsan.so",    "/libc.so",
                                        "/ld-linux",       "/libstdc++",      "/libgcc_s",
                                        " in __asan",      " in __lsan",      " in __interceptor_",
                                        " in __sanitizer", "sanitizer_common"};

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (strstr(line, parts[i]))
            return true;
    return false;
}

/* "    #1 0x7f12 in archive_read_next_header (/lib/x86_64-linux-gnu/libarchive.so.13+0x1234)" */
static bool is_library(const char *line)
{
    return strstr(line, " (/") && strstr(line, ".so") && !strstr(line, ASSAY_SOURCE_DIR);
}

bool culprit_find(const char *log, char *ret, size_t size)
{
    FILE *file = fopen(log, "re");
    bool in_library = false, ours = false, known = true; /* `known`: this stack's first frame */
    char line[4096], said[256] = "", where[256] = "";

    while (file && fgets(line, sizeof(line), file)) {
        const char *frame = line + strspn(line, " ");

        line[strcspn(line, "\n")] = 0;
        if (!said[0] && (strstr(line, "ERROR: ") || strstr(line, "runtime error") ||
                         strncmp(line, "CONTRACT", 8) == 0 || strncmp(line, "SILENT", 6) == 0 ||
                         strncmp(line, "HUNG", 4) == 0))
            snprintf(said, sizeof(said), "%s", line);
        if (strstr(line, "Indirect leak")) { /* hangs on a direct one */
            known = true;
            continue;
        }
        /* Only the first stack of an error says who did it; of leaks each one does. */
        if (strstr(line, "ERROR: ") || strstr(line, "Direct leak") || strncmp(line, "HUNG", 4) == 0)
            known = false;
        if (known || *frame != '#' || is_runtime(line) || strstr(line, "on_alarm"))
            continue;
        known = true;
        if (is_library(line)) {
            in_library = true;
            frame = strstr(line, " in ");
            snprintf(where, sizeof(where), "%s", frame ? frame + 4 : line);
        } else {
            ours = true;
        }
    }
    if (file)
        fclose(file);
    if (in_library && !ours) {
        snprintf(ret, size, "%s (%.*s)", where, (int)(size / 3), said);
        return true;
    }
    snprintf(ret, size, "%s", said);
    return false;
}

bool culprit_is_leak(const char *log)
{
    FILE *file = fopen(log, "re");
    bool leak = false;
    char line[4096];

    while (file && fgets(line, sizeof(line), file))
        leak |= strstr(line, "LeakSanitizer: detected") != NULL;
    if (file)
        fclose(file);
    return leak;
}
