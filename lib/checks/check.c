#include "checks/check.h"

#include <assay/text.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

static int64_t line_at(const struct check_content *content, int64_t at)
{
    int64_t line = 1;

    if (at < 0)
        return 0;
    for (int64_t i = 0; i < at; i++)
        line += content->data[i] == '\n';
    return line;
}

bool check_is_excepted(const struct check_run *run, const char *path, const char *value)
{
    size_t i;
    json_t *one;
    char full[FINDING_PATH_MAX];

    if (json_array_size(run->exceptions) == 0)
        return false;
    snprintf(full, sizeof(full), "/%s", path);
    json_array_foreach(run->exceptions, i, one)
    {
        const char *of_path = assay_json_string(one, "path", "*");
        const char *of_value = assay_json_string(one, "value", NULL);

        if (fnmatch(of_path, full, 0) == 0 &&
            (!of_value || (value && fnmatch(of_value, value, 0) == 0)))
            return true;
    }
    return false;
}

/* The hit as the check's own texts and the entry make it. */
static struct finding_hit start_hit(const struct check_run *run, const char *container,
                                    const char *path)
{
    return (struct finding_hit){
        .class = run->check->class,
        .rule = run->check->id,
        .severity = run->severity,
        .container = container,
        .path = path,
        .offset = -1,
        .message = run->check->message,
        .help = run->check->help,
    };
}

int check_report(struct check_run *run, const struct check_content *content, const uint8_t *secret,
                 size_t len, int64_t at)
{
    const struct entry *entry = content->entry;
    struct finding_hit hit = start_hit(run, entry->container, entry->path);

    if (check_is_excepted(run, entry->path, NULL))
        return 0;
    hit.in = entry->in;
    hit.offset = at;
    hit.line = line_at(content, at);
    hit.secret = secret;
    hit.secret_len = len;
    return findings_add(run->findings, &hit);
}

int check_report_path(struct check_run *run, const char *container, const char *path)
{
    const struct check_report report = {
        .container = container, .path = path, .severity = SEVERITY_CRITICAL};

    return check_report_as(run, &report);
}

int check_report_as(struct check_run *run, const struct check_report *report)
{
    struct finding_hit hit = start_hit(run, report->container, report->path);
    _cleanup_json_ json_t *redacted = NULL;
    char message[1000];

    if (check_is_excepted(run, report->path, report->value))
        return 0;
    if (report->severity < hit.severity)
        hit.severity = report->severity;
    if (report->message) {
        assay_text_clean(report->message, strlen(report->message), message, sizeof(message));
        redacted = findings_redacted(run->findings, message);
        if (!redacted)
            return -ENOMEM;
        hit.message = json_string_value(redacted);
    }
    return findings_add(run->findings, &hit);
}

int check_report_many(struct check_run *run, const struct entry *entry)
{
    if (check_is_excepted(run, entry->path, NULL))
        return 0;
    run->many++;
    if (run->many <= CHECK_MANY)
        return check_report_path(run, entry->container, entry->path);
    if (run->many > CHECK_MANY + 1)
        return 0;
    run->container = strdup(entry->container);
    run->path = strdup(entry->path);
    return run->container && run->path ? 0 : -ENOMEM;
}

int check_report_unread(struct check_run *run, const struct check_content *content,
                        const char *token, const char *message)
{
    char rule[64];
    struct finding_hit hit = {
        .class = FINDING_UNAUDITED,
        .rule = rule,
        .severity = SEVERITY_HIGH,
        .container = content->entry->container,
        .path = content->entry->path,
        .offset = -1,
        .message = message,
        .help = "What a check could not read is not known to be clean. See that the file has the "
                "form its name promises, or allow the place in the policy (allow_unaudited).",
    };

    snprintf(rule, sizeof(rule), "unaudited.%s", token);
    return findings_add(run->findings, &hit);
}

/* "p" and digits, as the walk names partitions. */
static bool is_partition(const char *name, size_t len)
{
    return len > 1 && name[0] == 'p' && strspn(name + 1, "0123456789") >= len - 1;
}

/* The hexadecimal digits of a SHA-256. */
static bool is_digest(const char *text, size_t len)
{
    return len >= 64 && strspn(text, "0123456789abcdef") == 64;
}

/* A layer's name in what docker save and skopeo write, and in an OCI layout. */
static bool is_layer(const char *name, size_t len)
{
    static const char blobs[] = "blobs/sha256/";
    size_t skip = sizeof(blobs) - 1;

    if (len == skip + 64 && strncmp(name, blobs, skip) == 0)
        return is_digest(name + skip, 64);
    if (!is_digest(name, len))
        return false;
    name += 64;
    len -= 64;
    return (len == 10 && strncmp(name, "/layer.tar", len) == 0) ||
           (len == 4 && strncmp(name, ".tar", len) == 0);
}

size_t check_root_len(const char *container)
{
    const char *last = strrchr(container, '!');
    const char *name = last ? last + 1 : container;

    if (!is_layer(name, strlen(name)))
        return strlen(container);
    return last ? (size_t)(last - container) : 0;
}

bool check_in_system_root(const struct entry *entry)
{
    const char *part = entry->container;

    while (*part) {
        size_t len = strcspn(part, "!");

        if (!is_partition(part, len) && !is_layer(part, len) && memchr(part, '/', len))
            return false;
        part += len + (part[len] == '!');
    }
    return true;
}

bool check_is_home_file(const char *path, const char *name)
{
    const char *user;

    if (strncmp(path, "root/", 5) == 0)
        return strcmp(path + 5, name) == 0;
    if (strncmp(path, "home/", 5) != 0)
        return false;
    user = path + 5;
    user += strcspn(user, "/");
    return *user == '/' && strcmp(user + 1, name) == 0;
}

bool check_is_blank(const struct check_content *content)
{
    for (size_t i = 0; i < content->len; i++)
        if (!memchr(" \t\r\n\v\f", content->data[i], 6))
            return false;
    return true;
}

bool check_is_password_hash(const char *text, size_t len, size_t *ret_skip)
{
    static const char salted[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t skip = 0;

    while (skip < len && text[skip] == '!')
        skip++;
    text += skip;
    len -= skip;
    *ret_skip = skip;
    /* "$id$...", BSDi's "_" and 19 more, and DES's bare 13. */
    if (len > 3 && text[0] == '$')
        return true;
    if (len == 20 && text[0] == '_')
        return true;
    if (len != 13)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!memchr(salted, text[i], sizeof(salted) - 1))
            return false;
    return true;
}
