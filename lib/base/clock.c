#include <assay/clock.h>

#include <string.h>
#include <time.h>

uint64_t assay_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + 1;
}

int64_t assay_clock_unix(void)
{
    return (int64_t)time(NULL);
}

void assay_clock_iso(int64_t unix_seconds, char ret[ASSAY_CLOCK_ISO])
{
    time_t seconds = (time_t)unix_seconds;
    struct tm utc;

    if (!gmtime_r(&seconds, &utc) || utc.tm_year > 9999 - 1900 || utc.tm_year < -1900)
        memcpy(ret, "0000-00-00T00:00:00Z", ASSAY_CLOCK_ISO);
    else
        strftime(ret, ASSAY_CLOCK_ISO, "%Y-%m-%dT%H:%M:%SZ", &utc);
}
