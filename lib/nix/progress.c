#include <stdlib.h>
#include <string.h>

#include <assay/nix.h>
#include <assay/text.h>

/* Numbers of src/libutil/logging.hh (Nix 2.8 to 2.30). */
enum {
    LEVEL_ERROR = 0,
    LEVEL_INFO = 3,
    ACTIVITY_COPY_PATHS = 103,
    ACTIVITY_BUILDS = 104,
    ACTIVITY_BUILD = 105,
    RESULT_BUILD_LOG_LINE = 101,
    RESULT_SET_PHASE = 104,
    RESULT_PROGRESS = 105,
    RESULT_POST_BUILD_LOG_LINE = 107,
};

#define MAX_ACTIVITIES 512 /* at a time; those beyond are followed by their log lines alone */
#define MAX_LINE 8192      /* bytes of a line in the log */

struct activity {
    int64_t id; /* 0: the place is free */
    int type;
    char name[96]; /* of the derivation that is built */
    int64_t done, expected;
};

struct assay_nix_progress {
    struct assay_nix_sink sink;
    char text[256];
    char error[768];
    struct activity activities[MAX_ACTIVITIES];
};

struct assay_nix_progress *assay_nix_progress_new(const struct assay_nix_sink *sink)
{
    struct assay_nix_progress *progress = calloc(1, sizeof(*progress));

    if (progress)
        progress->sink = *sink;
    return progress;
}

struct assay_nix_progress *assay_nix_progress_free(struct assay_nix_progress *progress)
{
    free(progress);
    return NULL;
}

const char *assay_nix_progress_error(const struct assay_nix_progress *progress)
{
    return progress->error;
}

static struct activity *find(struct assay_nix_progress *progress, int64_t id)
{
    for (size_t i = 0; i < MAX_ACTIVITIES; i++)
        if (progress->activities[i].id == id)
            return &progress->activities[i];
    return NULL;
}

static void say_progress(struct assay_nix_progress *progress)
{
    uint64_t done = 0, total = 0;

    for (size_t i = 0; i < MAX_ACTIVITIES; i++) {
        const struct activity *activity = &progress->activities[i];

        if (activity->id && activity->expected > 0 && activity->done >= 0) {
            done += (uint64_t)activity->done;
            total += (uint64_t)activity->expected;
        }
    }
    progress->sink.progress(progress->sink.ctx, progress->text, done, total);
}

/* Logs each line of `text`, with "NAME> " before it where a name is given. */
static void log_text(struct assay_nix_progress *progress, const char *name, const char *text,
                     size_t len)
{
    char line[MAX_LINE];

    for (const char *end = text + len; text < end;) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        size_t n = 0;

        if (name && *name)
            n = (size_t)snprintf(line, sizeof(line), "%s> ", name);
        n += assay_text_clean(text, (size_t)(stop - text), line + n, sizeof(line) - n);
        progress->sink.line(progress->sink.ctx, line, n);
        snprintf(progress->text, sizeof(progress->text), "%s", line);
        text = newline ? newline + 1 : end;
    }
}

/* "hello-2.12" of "/nix/store/<32 characters>-hello-2.12.drv". */
static void derivation_name(const char *path, char *ret, size_t size)
{
    const char *slash = strrchr(path, '/');
    const char *dash = slash ? strchr(slash, '-') : NULL;
    size_t len;

    path = dash ? dash + 1 : path;
    len = strlen(path);
    if (len > 4 && strcmp(path + len - 4, ".drv") == 0)
        len -= 4;
    assay_text_clean(path, len, ret, size);
}

static void on_start(struct assay_nix_progress *progress, const json_t *event)
{
    const char *text = assay_json_string(event, "text", "");
    int type = (int)assay_json_int(event, "type", 0);
    int64_t id = assay_json_int(event, "id", 0);
    struct activity *activity = id ? find(progress, 0) : NULL;

    if (activity &&
        (type == ACTIVITY_BUILDS || type == ACTIVITY_COPY_PATHS || type == ACTIVITY_BUILD)) {
        const char *path = json_string_value(json_array_get(json_object_get(event, "fields"), 0));

        *activity = (struct activity){.id = id, .type = type};
        if (type == ACTIVITY_BUILD && path)
            derivation_name(path, activity->name, sizeof(activity->name));
    }
    if (*text && assay_json_int(event, "level", LEVEL_INFO) <= LEVEL_INFO)
        log_text(progress, NULL, text, strlen(text));
    say_progress(progress);
}

static void on_result(struct assay_nix_progress *progress, const json_t *event)
{
    const json_t *fields = json_object_get(event, "fields");
    const char *text = json_string_value(json_array_get(fields, 0));
    struct activity *activity = find(progress, assay_json_int(event, "id", -1));

    switch (assay_json_int(event, "type", 0)) {
    case RESULT_BUILD_LOG_LINE:
    case RESULT_POST_BUILD_LOG_LINE:
        if (text)
            log_text(progress, activity ? activity->name : NULL, text, strlen(text));
        break;
    case RESULT_SET_PHASE:
        if (text && activity) {
            char phase[128];

            assay_text_clean(text, strlen(text), phase, sizeof(phase));
            snprintf(progress->text, sizeof(progress->text), "%s (%s)", activity->name, phase);
        }
        break;
    case RESULT_PROGRESS:
        if (activity) {
            activity->done = json_integer_value(json_array_get(fields, 0));
            activity->expected = json_integer_value(json_array_get(fields, 1));
        }
        break;
    default:
        return;
    }
    say_progress(progress);
}

static void on_message(struct assay_nix_progress *progress, const json_t *event)
{
    const char *text = assay_json_string(event, "msg", "");
    int64_t level = assay_json_int(event, "level", LEVEL_INFO);

    if (level > LEVEL_INFO) {
        assay_text_clean(text, strcspn(text, "\n"), progress->text, sizeof(progress->text));
    } else {
        log_text(progress, NULL, text, strlen(text));
        if (level == LEVEL_ERROR && strstr(text, "error:")) {
            char flat[sizeof(progress->error)];

            snprintf(flat, sizeof(flat), "%s", strstr(text, "error:"));
            for (char *c = flat; *c; c++)
                *c = *c == '\n' ? ' ' : *c;
            assay_text_clean(flat, strlen(flat), progress->error, sizeof(progress->error));
        }
    }
    say_progress(progress);
}

static void on_stop(struct assay_nix_progress *progress, const json_t *event)
{
    struct activity *activity = find(progress, assay_json_int(event, "id", -1));

    if (activity)
        memset(activity, 0, sizeof(*activity));
}

void assay_nix_progress_feed(struct assay_nix_progress *progress, const char *line, size_t len)
{
    static const struct {
        const char *action;
        void (*run)(struct assay_nix_progress *progress, const json_t *event);
    } actions[] = {
        {"start", on_start}, {"result", on_result}, {"msg", on_message}, {"stop", on_stop}};
    static const char prefix[] = "@nix ";
    _cleanup_json_ json_t *event = NULL;
    const char *action;

    if (len < sizeof(prefix) || memcmp(line, prefix, sizeof(prefix) - 1) != 0 ||
        assay_json_parse(line + sizeof(prefix) - 1, len - sizeof(prefix) + 1, "a line of nix",
                         &event, NULL) < 0) {
        log_text(progress, NULL, line, len);
        say_progress(progress);
        return;
    }
    action = assay_json_string(event, "action", "");
    for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
        if (strcmp(action, actions[i].action) == 0)
            actions[i].run(progress, event);
}
