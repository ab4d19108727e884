#include "app.h"

#include <stdio.h>

void app_log_path(const struct app *app, int64_t build, int attempt, char *ret, size_t size)
{
    snprintf(ret, size, "%s/logs/%lld-%d.log", app->config->state_dir, (long long)build, attempt);
}
