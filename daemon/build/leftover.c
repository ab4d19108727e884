#include "build/leftover.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/fs.h>

#include "log.h"

/* The first line of a small file in /proc. */
static int read_line(const char *path, char *ret, size_t size)
{
    FILE *file = fopen(path, "re");
    int r = file && fgets(ret, (int)size, file) ? 0 : -1;

    if (file)
        fclose(file);
    ret[r == 0 ? strcspn(ret, "\n") : 0] = '\0';
    return r;
}

/* When a process was started, in ticks since boot: field 22 of /proc/PID/stat (proc(5)); the name
 * in field 2 may hold anything, so counting begins after its last ')'. 0 when it is gone. */
static unsigned long long start_time(pid_t pid)
{
    char path[64], line[1024];
    const char *field;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (read_line(path, line, sizeof(line)) < 0)
        return 0;
    field = strrchr(line, ')');
    for (int i = 2; field && i < 22; i++)
        field = strchr(field + 1, ' ');
    return field ? strtoull(field, NULL, 10) : 0;
}

static void boot_id(char ret[64])
{
    read_line("/proc/sys/kernel/random/boot_id", ret, 64);
}

void leftover_record(const char *path, pid_t group)
{
    char boot[64], line[160];
    struct assay_error err;

    boot_id(boot);
    snprintf(line, sizeof(line), "%s %d %llu\n", boot, (int)group, start_time(group));
    if (assay_fs_write_file(path, line, strlen(line), 0600, &err) < 0)
        log_warning("%s; what a crash leaves running will have to be ended by hand", err.text);
}

void leftover_forget(const char *path)
{
    unlink(path);
}

/* Takes "BOOT GROUP STARTED" apart, in place. */
static bool parse_line(char *line, pid_t *ret_group, unsigned long long *ret_started)
{
    char *group = strchr(line, ' '), *started, *end;

    if (!group)
        return false;
    *group++ = '\0';
    *ret_group = (pid_t)strtol(group, &started, 10);
    *ret_started = strtoull(started, &end, 10);
    return started > group && end > started && *ret_group > 1;
}

void leftover_kill(const char *path)
{
    char line[160], now[64];
    unsigned long long started, is;
    pid_t group;

    if (read_line(path, line, sizeof(line)) == 0 && parse_line(line, &group, &started)) {
        boot_id(now);
        is = start_time(group);
        /* A leader that is gone leaves its number taken as long as its group has members. */
        if (strcmp(line, now) == 0 && (is == 0 || is == started) && kill(-group, SIGKILL) == 0)
            log_warning("ended the process group %d, which the last assayd left running", group);
    }
    unlink(path);
}
